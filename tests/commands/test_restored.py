"""Service is restored from active or mitigated, and from no other state."""

from __future__ import annotations

import pytest

from commands.restored import Restored
from incident.entries.lifecycle import StateChanged
from incident.refusal import Code
from incident.states import State
from tests.support.handmade_incidents import HandmadeDesk, an_incident, worded

SAID = Restored(text="errors under 1%")
HARMED = {State.ACTIVE, State.MITIGATED}


@pytest.mark.parametrize("state", sorted(HARMED))
def test_an_active_or_mitigated_incident_is_restored(state):
    assert HandmadeDesk(an_incident(state)).does(SAID) == (
        StateChanged(old=state, new=State.RESTORED, statement="errors under 1%"),
    )


@pytest.mark.parametrize("state", sorted(set(State) - HARMED))
def test_every_other_state_refuses_the_transition(state):
    refusal = HandmadeDesk(an_incident(state)).refuses(SAID)

    assert refusal.code == Code.STATE
    assert worded(refusal).startswith("Not recorded: it is ")


def test_the_reply_says_what_comes_next():
    answer = HandmadeDesk().answer(SAID)

    assert HandmadeDesk().said(SAID) == "*Service restored* by <@UILSE>: errors under 1%"
    assert answer.index("validate") < answer.index("final update") < answer.index("resolve") < answer.index("regress")
