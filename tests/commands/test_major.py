"""A major incident is declared once, by a responder or with authority, with the reason for it."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench


def test_a_responder_declares_a_major_incident(room: CommandBench) -> None:
    room.do("major", at=4, reason="revenue path failing")

    assert room.kinds() == ["major_declared"]
    assert (room.incident.major, room.incident.times.major_declared_at) == (True, T(4))
    assert room.said() == ":rotating_light: <@UROB> declared a *major incident*: revenue path failing"
    assert room.answer() == ("INC-2026-0001 is a major incident. Executives and customers get updates from now on.")


def test_a_major_incident_is_declared_once(room: CommandBench) -> None:
    room.do("major", reason="revenue path failing")

    assert room.do("major", reason="again").code == Code.STATE


def test_a_p1_is_a_major_incident_already(desk: CommandBench) -> None:
    desk.declared(impact=1, urgency=1)

    assert desk.do("major", reason="x").reason == "already_major"


def test_the_state_is_checked_before_the_authority(room: CommandBench) -> None:
    assert room.do("major", by="guest", reason="x").code == Code.NOT_AUTHORISED
    room.do("major", reason="x")
    assert room.do("major", by="guest", reason="x").code == Code.STATE


@pytest.mark.parametrize("customers", [True, False])
def test_the_reply_names_the_audiences_that_are_owed_updates(desk: CommandBench, customers: bool) -> None:
    desk.declared(**({} if customers else {"service": "wiki", "category": "Other", "owner_group": "it"}))

    desk.do("major", reason="x")

    assert ("customers" in desk.answer()) is customers
