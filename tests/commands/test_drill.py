"""Injects go into a running drill, and ending it ends its roles."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from incident.states import State
from roles.role_names import Role
from tests.support.command_bench import CommandBench


@pytest.fixture
def drill(desk: CommandBench) -> CommandBench:
    return desk.declared(drill=True)


def test_an_inject_goes_into_the_drill(drill: CommandBench) -> None:
    drill.do("drill", what="inject", text="a note asks for payment")

    assert drill.kinds() == ["drill_injected"]
    assert drill.said() == "*Drill:* a note asks for payment"
    assert drill.answer() == "Posted to the drill."


def test_ending_a_drill_ends_its_roles_and_its_deadlines(drill: CommandBench) -> None:
    drill.do("take", role="commander")

    drill.do("drill", what="end", summary="two gaps found")

    assert drill.kinds() == ["drill_ended", "state_changed"]
    assert (drill.incident.state, drill.incident.holders(Role.COMMANDER)) == (State.DRILL_ENDED, ())
    assert all(audience.open is None for audience in drill.incident.audiences)
    assert drill.said() == "*The drill is over.* two gaps found"
    assert "counts in no metric" in drill.answer()


@pytest.mark.parametrize("what", ["inject", "end"])
def test_a_real_incident_is_no_drill(room: CommandBench, what: str) -> None:
    assert room.do("drill", what=what, text="x").code == Code.STATE


def test_a_drill_that_ended_takes_no_more_injects(drill: CommandBench) -> None:
    drill.do("drill", what="end", text="done here")

    assert drill.do("drill", what="inject", text="x").code == Code.STATE


def test_an_inject_without_text_is_refused(drill: CommandBench) -> None:
    assert drill.do("drill", what="inject").code == Code.MISSING_FIELDS
