"""A workaround is recorded and shown to everyone who joins."""

from __future__ import annotations

from commands.workaround import Workaround
from incident.entries.restoration import WorkaroundFound
from tests.commands.hand import Room

FOUND = Workaround(text="use the old page")


def test_a_workaround_is_recorded():
    assert Room().does(FOUND) == (WorkaroundFound(text="use the old page"),)


def test_the_channel_reads_it():
    assert Room().said(FOUND) == "*Workaround*, says <@UILSE>: use the old page"
    assert "`/incident summary`" in Room().answer(FOUND)
