"""Whether personal data are affected is asked of a person, answered by those who may, and never assumed."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy
from tests.support.regulated import as_legal, regulated


def asked(desk: CommandBench) -> list[tuple[float, tuple[str, ...]]]:
    due = (e for e in desk.entries() if e.fact.kind == "prompt_due" and e.fact.ask == "personal_data")
    return [((entry.recorded_at - T(0)).total_seconds() / 60, entry.fact.asked) for entry in due]


def with_officer(**declared) -> CommandBench:
    policy = team_policy()
    people = policy.people.model_copy(update={"privacy_officer": "UNADIA"})
    return CommandBench(policy=policy.model_copy(update={"people": people})).declared(**declared)


def test_the_privacy_officer_is_asked_at_once_and_after_half_an_hour_the_commander_too():
    desk = with_officer(type="security")
    desk.do("take", "ilse", 1, role="commander")
    for minute in (1, 31, 300):
        desk.tick(minute)

    assert asked(desk)[:2] == [(1, (who("nadia"),)), (31, (who("nadia"), who("ilse")))]
    assert len(asked(desk)) == 3
    assert desk.incident.screenings == ()


def test_words_of_the_policy_in_a_message_or_a_note_have_it_asked_and_other_words_do_not():
    desk = with_officer()
    desk.says("rob", "Disk is full on web-2", 1)
    desk.tick(2)
    before = asked(desk)
    desk.says("rob", "It may be Customer Data in that bucket", 3)
    desk.do("note", at=4, form={"text": "customer data again"})
    desk.tick(5)

    mentions = [entry.fact.entry for entry in desk.entries() if entry.fact.kind == "personal_data_mentioned"]
    mention = next(e.n for e in desk.entries() if e.fact.kind == "message_posted" and "Customer" in e.fact.text)
    assert (before, mentions) == ([], [mention])
    assert [people for _, people in asked(desk)] == [(who("nadia"),)]


def test_the_reason_for_hiding_a_text_does_not_have_it_asked():
    desk = with_officer()
    n = desk.do("note", at=1, form={"text": "ring Maria Huber"}).first

    desk.do("redact", at=2, form={"ref": f"E{n}", "reason": "customer data in it"})
    desk.tick(3)

    assert [entry.fact.kind for entry in desk.entries() if entry.fact.kind in ("masked", "redacted")] != []
    assert asked(desk) == []


def test_without_an_officer_those_who_decide_on_reports_are_asked_and_no_one_in_a_drill():
    desk, drill = regulated("gdpr33", type="security"), regulated("gdpr33", type="security", drill=True)
    desk.tick(1)
    drill.tick(1)

    assert [people for _, people in asked(desk)] == [(who("nadia"), who("eva"))]
    assert asked(drill) == []


@pytest.mark.parametrize(("answer", "again"), [("yes", 0), ("no", 0), ("unsure", 1)])
def test_an_answer_is_recorded_and_only_not_known_yet_is_asked_again(answer, again):
    desk = regulated("gdpr33", type="security")
    desk.tick(1)
    before = len(asked(desk))
    as_legal(desk, "screen", 2, {"answer": answer, "reason": "the logs were read"})
    desk.tick(200)
    desk.tick(243)

    assert [one.answer for one in desk.incident.screenings] == [answer]
    assert len(asked(desk)) - before == again
    assert desk.incident.clocks == ()


def test_yes_opens_the_decisions_on_reports_of_an_incident_that_is_neither_major_nor_security():
    desk = regulated("gdpr33")
    as_legal(desk, "screen", 2, {"answer": "yes", "reason": "names are in the export"})
    desk.tick(3)

    assert [entry.fact.ask for entry in desk.entries() if entry.fact.kind == "prompt_due"][-1] == "screening"


def test_an_answer_for_which_the_privacy_officer_was_called_is_not_taken_back():
    desk = with_officer(type="security")
    desk.do("take", "ilse", 1, role="commander")
    desk.do("screen", "ilse", 2, form={"answer": "yes", "reason": "names are in the export"})
    assert [fact.kind for fact in desk.facts()][:2] == ["screened", "escalated"]

    assert desk.do("undo", "ilse", 3).reason == "undo_escalated"
    assert "the call went out" in desk.answer()


def test_only_those_who_decide_and_the_commander_answer():
    desk = regulated("gdpr33", type="security")
    refused = desk.do("screen", "rob", 2, form={"answer": "no", "reason": "no"})
    sentence = desk.answer()
    desk.do("take", "rob", 3, role="commander")

    assert (refused.code, refused.reason) == (Code.NOT_AUTHORISED, "screen_not_yours")
    assert "<@UNADIA>" in sentence
    assert desk.do("screen", "rob", 4, form={"answer": "no", "reason": "no copies were made"}).code is None


def test_an_answer_without_a_reason_is_refused():
    desk = regulated("gdpr33", type="security")
    outcome = as_legal(desk, "screen", 2, {"answer": "no", "reason": "  "})

    assert (outcome.code, outcome.reason) == (Code.JUSTIFICATION, "screen_why")
    assert "because" in desk.answer()
