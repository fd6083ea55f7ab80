"""A resolved or closed incident is reopened, and a void that was wrong is taken back."""

from __future__ import annotations

import pytest

from commands.core.request import Place
from commands.reopen import Reopen
from incident.entries.lifecycle import Reopened, StateChanged
from incident.refusal import Code
from incident.report.incident_metrics import metrics
from incident.states import VOID, Audience, State
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later, worded

AGAIN = Reopen(reason="same symptom from 14 customers", recurrence_at=later(-20))
OVER = {State.RESOLVED, State.CLOSED, *VOID}
WRONG = {"as_": "false_alarm", "reason": "the probe looked broken"}


@pytest.mark.parametrize("state", sorted(OVER))
def test_a_reopened_incident_is_active_since_the_harm_returned(state):
    assert HandmadeDesk(an_incident(state)).does(AGAIN) == (
        Reopened(reason=AGAIN.reason, recurrence_at=later(-20), from_state=state),
        StateChanged(old=state, new=State.ACTIVE),
    )


@pytest.mark.parametrize("state", sorted(set(State) - OVER))
def test_every_other_state_refuses_the_transition(state):
    refusal = HandmadeDesk(an_incident(state)).refuses(AGAIN)

    assert refusal.code == Code.STATE
    assert ("`/incident regress`" in worded(refusal)) == (state in (State.MITIGATED, State.RESTORED))


def test_the_channel_line_says_why_and_the_reply_that_there_is_no_commander():
    room = HandmadeDesk(an_incident(State.CLOSED, roles=()))

    assert room.said(AGAIN).startswith("*Reopened* by <@UILSE>: same symptom from 14 customers · back since <!date^")
    assert "`/incident take commander`" in room.answer(AGAIN)
    assert "take commander" not in HandmadeDesk(an_incident(State.RESOLVED)).answer(AGAIN)


def test_a_wrong_void_is_taken_back_and_the_harm_goes_on_as_if_it_had_never_stopped(room: CommandBench) -> None:
    room.do("take", role="commander", at=1)
    room.do("void", at=10, **WRONG)
    assert [a for a in room.incident.audiences if a.open] == []

    outcome = room.do("reopen", reason="customers confirm it", at=20)

    assert outcome.code is None
    incident = room.incident
    assert incident.state == State.ACTIVE
    assert [episode.start for episode in incident.episodes] == [incident.times.detected_at]
    assert metrics(incident).reopened == 0
    assert incident.audience(Audience.INTERNAL).open is not None
    assert [(gap.since, gap.until) for gap in incident.commander_gaps] == [(T(20), None)]
    assert room.said() == "*Not void after all*, says <@UROB>: customers confirm it"
    assert room.answer().endswith("No commander yet: `/incident take commander`.")


def test_a_duplicate_that_was_none_is_a_duplicate_no_more(room: CommandBench) -> None:
    room.do("declare", title="Another", service="checkout", place=Place(channel="CELSEWHERE"))
    room.do("void", as_="duplicate", reason="same errors as the other", duplicate_of="2")
    assert room.incident.duplicate_of == "INC-2026-0002"

    room.do("reopen", reason="another region, another cause")

    assert room.incident.duplicate_of is None


@pytest.mark.parametrize("verb", ["void", "regress", "ack"])
def test_what_a_void_incident_refuses_says_how_to_take_the_void_back(room: CommandBench, verb: str) -> None:
    room.do("void", **WRONG)
    fields = {"void": WRONG, "regress": {"text": "it is back"}, "ack": {}}[verb]

    assert room.do(verb, **fields).code == Code.STATE

    assert "`/incident reopen`" in room.answer()


@pytest.mark.parametrize("state", [State.ACTIVE, State.CLOSED])
def test_a_void_incident_is_not_reopened_once_its_channel_is_another_incident(state: State) -> None:
    desk = HandmadeDesk(an_incident(State.VOID_FALSE_ALARM, adopted="C100"))
    other = an_incident(state, key=("T1", "01JLATER"), number="INC-2026-0043", adopted="C100")
    desk.memory.state.rows[other.key] = other

    refusal = desk.refuses(AGAIN)

    assert refusal.reason == "reopen_other_incident"
    assert "INC-2026-0043" in worded(refusal)
