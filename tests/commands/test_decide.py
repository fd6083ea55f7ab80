"""A decision has a number, a reason and a person who approved it."""

from __future__ import annotations

import pytest

from commands.core.request import Place
from commands.decide import Decide
from incident.entries.conversation import Corrected, DecisionMade, MessagePosted
from incident.ports import Person
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.handmade_incidents import CHANNEL, EVA, ROB, HandmadeDesk, an_incident

TEXT = "roll back the 09:55 release"


def test_decisions_are_numbered_in_order():
    room = HandmadeDesk(an_incident(decisions=2))

    (made,) = room.does(Decide(text=TEXT, rationale="errors began after it", approved_by=ROB))

    assert made == DecisionMade(id="D3", text=TEXT, rationale="errors began after it", approved_by=ROB)


def test_a_decision_made_from_a_message_names_the_message():
    room = HandmadeDesk(place=Place(channel=CHANNEL, message="1749463200.000100"))
    room.holds(MessagePosted(channel=CHANNEL, ts="1749463200.000100", author=EVA, text=TEXT))

    (made,) = room.does(Decide(text=TEXT))

    assert (made.channel, made.ts) == (CHANNEL, "1749463200.000100")


def test_a_button_on_musters_own_post_is_no_source_of_a_decision():
    room = HandmadeDesk(place=Place(channel=CHANNEL, message="1749463200.000200"))

    (made,) = room.does(Decide(text=TEXT))

    assert (made.channel, made.ts) == (None, None)


def test_the_channel_line_shows_the_decision_with_its_reason_and_approval():
    line = HandmadeDesk().said(Decide(text=TEXT, rationale="errors began after it", approved_by=ROB))

    assert line == (
        "*Decision D1* by <@UILSE>: roll back the 09:55 release · because: errors began after it · approved by <@UROB>"
    )


def test_a_decision_without_a_reason_is_refused_with_a_request_for_one():
    assert "`/incident decide D1 because …`" in HandmadeDesk().answer(Decide(text=TEXT))
    assert HandmadeDesk().answer(Decide(text=TEXT, rationale="it began then")) == "Recorded as D1."


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({"is_bot": True}, "assignee_bot"),
        ({"is_guest": True}, "assignee_guest"),
        ({"is_active": False}, "assignee_gone"),
    ],
)
def test_only_a_member_who_is_here_is_named_as_who_approved(room: CommandBench, account: dict, reason: str):
    room.memory.know(Person(id=who("nadia"), name="Nadia", **account))

    outcome = room.do("decide", text=TEXT, approved_by=who("nadia"))

    assert (outcome.code, outcome.reason, outcome.fields) == (Code.NOT_A_RESPONDER, reason, ("approved_by",))


def test_an_account_of_another_workspace_approves_nothing(room: CommandBench):
    assert room.do("decide", text=TEXT, approved_by="slack:T2:UVERA").reason == "assignee_external"


def test_a_decision_recorded_late_may_have_been_approved_by_a_person_who_left_since(room: CommandBench):
    room.memory.know(Person(id=who("nadia"), name="Nadia", is_active=False))

    assert not room.do("decide", at=20, text=TEXT, approved_by=who("nadia"), occurred_at=T(5)).is_refused


def test_the_reason_of_a_decision_is_added_beside_it_and_read_with_it(room: CommandBench) -> None:
    room.do("decide", text=TEXT)
    decided = room.entries()[-1].n

    room.do("decide", at=6, text="d1", rationale="errors began after it")

    assert room.facts() == [Corrected(corrects=decided, text="because errors began after it")]
    assert room.answer() == f"Recorded as its reason, beside entry {decided}."
    room.do("summary", at=7)
    assert f"• D1 {TEXT} · because: errors began after it" in room.answer()


def test_a_reason_needs_a_decision_that_is_on_the_record_and_words(room: CommandBench) -> None:
    room.do("decide", text=TEXT)

    assert room.do("decide", at=6, text="D2", rationale="errors began").reason == "decide_unknown"
    assert room.do("decide", at=6, text="D1").reason == "decide_reason"
    assert "`/incident decide D1 because errors began after it`" in room.answer()
    late = room.do("decide", at=6, text="D1", rationale="errors began", approved_by=who("eva"))
    assert late.reason == "decide_approver"
    room.do("undo", at=7)
    assert room.do("decide", at=8, text="D1", rationale="errors began").reason == "decide_unknown"
