"""Removing a pushpin is recorded once; the observation stays."""

from __future__ import annotations

from commands.unpin import Unpin
from incident.entries.conversation import MessagePinned, PinRemoved
from incident.refusal import Code
from tests.support.handmade_incidents import CHANNEL, EVA, HandmadeDesk

TS = "1749463200.000100"
PINNED = MessagePinned(channel=CHANNEL, ts=TS, author=EVA, text="removing it now")
UNPIN = Unpin(channel=CHANNEL, ts=TS)


def test_removing_a_pin_is_recorded():
    room = HandmadeDesk()
    room.holds(PINNED)

    assert room.does(UNPIN) == (PinRemoved(channel=CHANNEL, ts=TS),)
    assert "stays" in room.answer(UNPIN)
    assert room.said(UNPIN) == ""


def test_a_pin_is_removed_once():
    room = HandmadeDesk()
    room.holds(PINNED, PinRemoved(channel=CHANNEL, ts=TS))

    assert room.does(UNPIN) == ()
    assert room.answer(UNPIN) == "That message was not pinned."


def test_a_message_without_a_pin_is_refused():
    assert HandmadeDesk().does(UNPIN) == ()


def test_an_unpin_without_a_message_is_refused():
    assert HandmadeDesk().refuses(Unpin()).code == Code.BAD_VALUE
