"""A mitigated or restored incident becomes active again; the observation becomes a note."""

from __future__ import annotations

import pytest

from commands.regress import Regress
from incident.entries.conversation import Noted
from incident.entries.lifecycle import StateChanged
from incident.refusal import Code
from incident.states import State
from tests.support.handmade_incidents import HandmadeDesk, an_incident, worded

SAID = Regress(text="payments fail again")
BETTER = {State.MITIGATED, State.RESTORED}


@pytest.mark.parametrize("state", sorted(BETTER))
def test_a_regression_records_the_state_and_then_the_note(state):
    assert HandmadeDesk(an_incident(state)).does(SAID) == (
        StateChanged(old=state, new=State.ACTIVE),
        Noted(text="payments fail again"),
    )


@pytest.mark.parametrize("state", sorted(set(State) - BETTER))
def test_every_other_state_refuses_the_transition(state):
    refusal = HandmadeDesk(an_incident(state)).refuses(SAID)

    assert refusal.code == Code.STATE
    assert worded(refusal).startswith("Not recorded: it is ")


def test_only_a_restored_service_loses_its_final_updates():
    assert (
        HandmadeDesk(an_incident(State.RESTORED)).said(SAID)
        == "*Broken again*, reported by <@UILSE>: payments fail again"
    )
    assert "A final update is needed again" in HandmadeDesk(an_incident(State.RESTORED)).answer(SAID)
    assert "A final update is needed again" not in HandmadeDesk(an_incident(State.MITIGATED)).answer(SAID)
