"""The first acknowledgement makes an incident active; later ones are only entries."""

from __future__ import annotations

from incident.refusal import Code
from incident.states import State
from tests.support.clock import T
from tests.support.command_bench import CommandBench


def test_the_first_acknowledgement_makes_the_incident_active(room: CommandBench) -> None:
    room.do("ack", at=1)

    assert room.kinds() == ["acknowledged", "state_changed"]
    assert (room.incident.state, room.incident.times.acknowledged_at) == (State.ACTIVE, T(1))
    assert room.said() == "<@UROB> is on it; the incident is active."
    assert room.answer() == "You are on INC-2026-0001. No commander yet: `/incident take commander`."


def test_a_later_acknowledgement_is_only_an_entry(room: CommandBench) -> None:
    room.do("ack", at=1)

    room.do("ack", by="eva", at=2)

    assert room.kinds() == ["acknowledged"]
    assert room.incident.times.acknowledged_at == T(1)
    assert room.said() == "<@UEVA> is on it."


def test_a_backfilled_acknowledgement_counts_from_when_it_was_given(room: CommandBench) -> None:
    room.do("ack", at=30, occurred_at=T(3))

    assert room.incident.times.acknowledged_at == T(3)


def test_a_void_incident_is_not_acknowledged(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    outcome = room.do("ack")

    assert outcome.code == Code.STATE
    assert "If it is not over, type `/incident reopen` and why." in room.answer()
