"""A resolved or closed incident is reopened."""

from __future__ import annotations

import pytest

from commands.reopen import Reopen
from incident.entries.lifecycle import Reopened, StateChanged
from incident.refusal import Code
from incident.states import State
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later, worded

SAID = Reopen(reason="same symptom from 14 customers", recurrence_at=later(-20))
OVER = {State.RESOLVED, State.CLOSED}


@pytest.mark.parametrize("state", sorted(OVER))
def test_a_reopened_incident_is_active_since_the_harm_returned(state):
    assert HandmadeDesk(an_incident(state)).does(SAID) == (
        Reopened(reason=SAID.reason, recurrence_at=later(-20), from_state=state),
        StateChanged(old=state, new=State.ACTIVE),
    )


@pytest.mark.parametrize("state", sorted(set(State) - OVER))
def test_every_other_state_refuses_the_transition(state):
    refusal = HandmadeDesk(an_incident(state)).refuses(SAID)

    assert refusal.code == Code.STATE
    assert "`/incident regress`" in worded(refusal)


def test_the_channel_line_says_why_and_the_reply_that_there_is_no_commander():
    room = HandmadeDesk(an_incident(State.CLOSED, roles=()))

    assert room.said(SAID).startswith("*Reopened* by <@UILSE>: same symptom from 14 customers · back since <!date^")
    assert "`/incident take commander`" in room.answer(SAID)
    assert "take commander" not in HandmadeDesk(an_incident(State.RESOLVED)).answer(SAID)
