"""Only an active incident is mitigated."""

from __future__ import annotations

import pytest

from commands.mitigated import Mitigated
from incident.entries.lifecycle import StateChanged
from incident.refusal import Code
from incident.states import State
from tests.support.handmade_incidents import HandmadeDesk, an_incident, worded

SAID = Mitigated(text="primaries are back, replicas lag")


def test_an_active_incident_is_mitigated():
    assert HandmadeDesk().does(SAID) == (StateChanged(old=State.ACTIVE, new=State.MITIGATED, statement=SAID.text),)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ACTIVE}))
def test_every_other_state_refuses_the_transition(state):
    refusal = HandmadeDesk(an_incident(state)).refuses(SAID)

    assert refusal.code == Code.STATE
    assert worded(refusal).startswith("Not recorded: it is ")


def test_the_channel_line_says_what_is_better():
    assert HandmadeDesk().said(SAID) == "*Mitigated* by <@UILSE>: primaries are back, replicas lag"
    assert "`/incident restored`" in HandmadeDesk().answer(SAID)
