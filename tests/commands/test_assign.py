"""A free role is given to a person; a held single role only changes hands by handover or by force."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from incident.states import State
from roles.person_ids import MUSTER
from roles.role_names import Role
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def test_a_free_role_is_assigned(room: CommandBench) -> None:
    room.do("assign", by="ilse", at=4, role="comms", to=who("eva"))

    assert room.incident.holder(Role.COMMS_LEAD) == who("eva")
    assert room.said() == "<@UEVA> is *comms lead*, assigned by <@UILSE>."
    assert room.answer() == "<@UEVA> is comms lead of INC-2026-0001 and gets a checklist by direct message."


def test_an_assigned_commander_makes_the_incident_active(room: CommandBench) -> None:
    room.do("assign", by="ilse", at=4, role="commander", to=who("rob"))

    assert room.kinds() == ["role_taken", "state_changed"]
    assert (room.incident.state, room.incident.times.acknowledged_at) == (State.ACTIVE, T(4))


def test_a_held_single_role_is_not_assigned_to_another_person(room: CommandBench) -> None:
    room.do("take", by="rob", role="commander")

    assert room.do("assign", by="ilse", role="commander", to=who("eva")).code == Code.ROLE_TAKEN


def test_a_holder_is_not_assigned_the_role_again(room: CommandBench) -> None:
    room.do("assign", role="sme", to=who("eva"))

    outcome = room.do("assign", role="sme", to=who("eva"))

    assert outcome.code == Code.ROLE_TAKEN
    assert room.answer() == "Nothing changed: <@UEVA> is already expert."


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("slack:T0VENDOR:U1", "assignee_external"),
        (who("bot"), "assignee_bot"),
        (MUSTER, "assignee_bot"),
        (who("guest"), "assignee_guest"),
    ],
)
def test_only_a_full_member_can_carry_a_role(room: CommandBench, to: str, reason: str) -> None:
    outcome = room.do("assign", role="scribe", to=to)

    assert (outcome.code, outcome.reason, outcome.fields) == (Code.NOT_A_RESPONDER, reason, ("to",))


def test_an_unknown_person_is_left_to_the_slack_gateway(room: CommandBench) -> None:
    assert room.do("assign", role="scribe", to="cli:lena@desk").code is None


def test_no_role_of_a_void_incident_is_assigned(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    assert room.do("assign", role="scribe", to=who("eva")).code == Code.STATE
