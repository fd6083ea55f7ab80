"""Only the person paged answers; "I have it" stops the escalation, "I cannot" pages the next level at once."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import Renderer
from incident.entries.role_holders import EscalationAnswered
from incident.jobs import JobKind
from incident.medium import Medium
from incident.ports import Person
from incident.refusal import Code
from incident.rules.responders.open_calls import taken_by
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def line_of(room: CommandBench) -> str:
    """Return the line in the channel."""
    return room.said()


@pytest.fixture
def called(room: CommandBench) -> CommandBench:
    room.do("escalate", by="ilse", at=8, reason="the database is full")
    return room


def test_accepting_a_page_stops_the_escalation(called: CommandBench) -> None:
    called.do("answer", by="rob", at=9, answer="accepted")
    called.tick(30)

    assert [call.answer for call in called.incident.escalations] == ["accepted"]


def test_accepting_a_page_links_the_incident_channel(called: CommandBench) -> None:
    called.do("answer", by="rob", at=9, answer="accepted")

    assert line_of(called) == "<@UROB> has it."
    assert called.answer() == "You have it: INC-2026-0001, in <#C100>."


def test_declining_a_page_pages_the_next_level_at_once(called: CommandBench) -> None:
    called.do("answer", by="rob", at=9, answer="declined")

    first, second = called.incident.escalations
    assert (first.answer, second.person, second.answer_by) == ("declined", who("eva"), T(14))
    assert called.entries()[second.n - 1].by == MUSTER
    assert line_of(called) == "<@UROB> cannot help now. <@UEVA> has been called."


def test_a_decline_at_the_last_level_pages_no_further_level(called: CommandBench) -> None:
    called.do("answer", by="rob", at=9, answer="declined")
    called.do("answer", by="eva", at=10, answer="declined")
    called.do("answer", by="nadia", at=11, answer="declined")

    assert len(called.incident.escalations) == 3
    assert "there is no one left to call. Called: <@UROB> once, <@UEVA> once, <@UNADIA> once." in line_of(called)
    assert "the commander is told" in called.answer()


def test_a_lapsed_page_may_still_be_accepted_but_not_declined(called: CommandBench) -> None:
    called.tick(14)
    first = called.incident.escalations[0].n

    assert called.do("answer", by="rob", at=15, answer="declined", escalation=first).code == Code.STATE
    assert called.do("answer", by="rob", at=15, answer="accepted", escalation=first).code is None


def test_a_page_is_answered_only_by_the_person_paged(called: CommandBench) -> None:
    outcome = called.do("answer", by="nadia", at=9, answer="accepted")

    assert (outcome.code, outcome.reason) == (Code.NOT_AUTHORISED, "answer_not_yours")


def test_a_second_answer_from_the_button_is_stale(called: CommandBench) -> None:
    call = called.incident.escalations[0].n
    called.do("answer", by="rob", at=9, answer="accepted", escalation=call)

    assert called.do("answer", by="rob", at=9, answer="declined", escalation=call, drawn_at=call).code == Code.STALE


def test_a_decline_that_a_provider_reports_later_pages_the_next_level_all_the_same(called: CommandBench) -> None:
    called.do("answer", by="rob", at=9.5, occurred_at=T(9, 10), answer="declined", medium=Medium.SMS)

    first, second = called.incident.escalations
    assert (first.answered_at, second.at, second.person) == (T(9, 10), T(9.5), who("eva"))
    jobs = [queued.job for queued in called.memory.state.jobs.values()]
    assert (JobKind.PAGE, second.n) in [(job.kind, job.entry) for job in jobs]
    assert [page.call for page in called.incident.call_pages] == [first.n, second.n]


def test_an_answer_by_another_medium_than_slack_names_it_in_the_record(called: CommandBench) -> None:
    called.do("answer", by="rob", at=9, answer="accepted", medium=Medium.VOICE)

    [answered] = [entry for entry in called.entries() if isinstance(entry.fact, EscalationAnswered)]
    assert called.incident.escalations[0].medium is Medium.VOICE
    assert Renderer().macro("sentences.j2", answered.fact.kind, answered).endswith("was accepted by <@UROB>, by phone")


def test_there_is_nothing_to_answer_before_a_page(room: CommandBench) -> None:
    assert room.do("answer", answer="accepted").code == Code.STATE


def test_a_decline_skips_a_level_that_cannot_be_reached(called: CommandBench) -> None:
    called.memory.know(Person(id=who("eva"), name="Eva", is_active=False))
    called.tick(8.5)

    called.do("answer", by="rob", at=9, answer="declined")

    assert [call.person for call in called.incident.escalations] == [who("rob"), who("nadia")]
    assert "<@UEVA> cannot be reached. <@UNADIA> has been called." in line_of(called)


def test_a_page_accepted_late_ends_the_calls_for_the_same_need(called: CommandBench) -> None:
    called.tick(13.1)
    first, second = called.incident.escalations

    called.do("answer", by="rob", at=14, answer="accepted", escalation=first.n)
    called.tick(60)

    assert [call.answer for call in called.incident.escalations] == ["accepted", None]
    assert taken_by(called.incident, second) == who("rob")
    assert not [one for one in called.entries() if one.fact.kind == "prompt_due" and one.fact.ask == "call"]


def test_a_decline_after_another_has_accepted_pages_no_further_level(called: CommandBench) -> None:
    called.tick(13.1)
    first, second = called.incident.escalations
    called.do("answer", by="rob", at=14, answer="accepted", escalation=first.n)

    called.do("answer", by="eva", at=15, answer="declined", escalation=second.n)

    assert len(called.incident.escalations) == 2
    assert called.answer() == "Noted: you cannot. <@UROB> has it."
    assert line_of(called) == "<@UEVA> cannot help now. <@UROB> has it."
