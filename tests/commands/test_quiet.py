"""`quiet`: anyone keeps the channel for people; an incident that is over has nothing to keep quiet."""

from __future__ import annotations

from incident.refusal import Code
from tests.support.command_bench import CommandBench


def test_quiet_mode_goes_on_and_off(room: CommandBench) -> None:
    room.do("quiet", mode="on")
    assert (room.kinds(), room.incident.quiet) == (["quiet_set"], True)
    assert "in the thread of the card" in room.said()
    assert "`/incident quiet off`" in room.answer()

    room.do("quiet", mode="off")
    assert room.incident.quiet is False
    assert "back in the channel" in room.said()
    assert room.answer() == "Quiet mode is off."


def test_nothing_changes_where_it_is_so_already(room: CommandBench) -> None:
    assert room.do("quiet", mode="off").reason == "quiet_none"
    room.do("quiet", mode="on")
    refused = room.do("quiet", mode="on")
    assert (refused.code, refused.reason) == (Code.STATE, "quiet_already")


def test_an_incident_that_is_over_has_no_quiet_mode(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the alert was misconfigured")

    assert room.do("quiet", mode="on").reason == "over"
