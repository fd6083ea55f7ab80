"""What was resolved or closed can come back."""

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
def test_it_is_active_again_since_it_came_back(state):
    assert HandmadeDesk(an_incident(state)).does(SAID) == (
        Reopened(reason=SAID.reason, recurrence_at=later(-20), from_state=state),
        StateChanged(old=state, new=State.ACTIVE),
    )


@pytest.mark.parametrize("state", sorted(set(State) - OVER))
def test_every_other_state_refuses_it(state):
    refusal = HandmadeDesk(an_incident(state)).refuses(SAID)

    assert refusal.code == Code.STATE
    assert "`/incident regress`" in worded(refusal)


def test_the_channel_reads_why_and_the_reply_says_that_there_is_no_commander():
    room = HandmadeDesk(an_incident(State.CLOSED, roles=()))

    assert room.said(SAID).startswith("*Reopened* by <@UILSE>: same symptom from 14 customers · back since <!date^")
    assert "`/incident take commander`" in room.answer(SAID)
    assert "take commander" not in HandmadeDesk(an_incident(State.RESOLVED)).answer(SAID)
