"""A workaround is recorded and shown to every person who joins."""

from __future__ import annotations

from commands.workaround import Workaround
from incident.entries.restoration import WorkaroundFound
from tests.support.handmade_incidents import HandmadeDesk

FOUND = Workaround(text="use the old page")


def test_a_workaround_is_recorded():
    assert HandmadeDesk().does(FOUND) == (WorkaroundFound(text="use the old page"),)


def test_the_channel_line_shows_the_workaround():
    assert HandmadeDesk().said(FOUND) == "*Workaround* from <@UILSE>: use the old page"
    assert "`/incident summary`" in HandmadeDesk().answer(FOUND)
