"""That a mark was taken off is an entry, once; what the mark made stays."""

from __future__ import annotations

from commands.unpin import Unpin
from incident.entries.conversation import MessagePinned, PinRemoved
from incident.refusal import Code
from tests.support.handmade_incidents import CHANNEL, EVA, HandmadeDesk

TS = "1749463200.000100"
PINNED = MessagePinned(channel=CHANNEL, ts=TS, author=EVA, text="removing it now")
UNPIN = Unpin(channel=CHANNEL, ts=TS)


def test_taking_the_mark_off_is_an_entry():
    room = HandmadeDesk()
    room.holds(PINNED)

    assert room.does(UNPIN) == (PinRemoved(channel=CHANNEL, ts=TS),)
    assert "stays" in room.answer(UNPIN)
    assert room.said(UNPIN) == ""


def test_a_mark_is_taken_off_once():
    room = HandmadeDesk()
    room.holds(PINNED, PinRemoved(channel=CHANNEL, ts=TS))

    assert room.does(UNPIN) == ()
    assert room.answer(UNPIN) == "That message had no mark."


def test_a_message_without_a_mark_loses_none():
    assert HandmadeDesk().does(UNPIN) == ()


def test_no_message_is_refused():
    assert HandmadeDesk().refuses(Unpin()).code == Code.BAD_VALUE
