"""The timeline shows the last entries that a reader needs, with their numbers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from commands.timeline import Timeline
from incident.entries.conversation import MessagePinned, MessagePosted, Noted
from incident.entries.status_updates import UpdateDue
from incident.states import Audience
from tests.support.handmade_incidents import CHANNEL, EVA, ILSE, HandmadeDesk, later


def test_only_entries_of_the_timeline_are_shown():
    room = HandmadeDesk()
    room.holds(
        Noted(text="restores started"),
        MessagePosted(channel=CHANNEL, ts="1.000001", author=EVA, text="chatter"),
        UpdateDue(audience=Audience.INTERNAL, due_at=later(9), missed_after=later(14), cause="started"),
        Noted(text="restores done"),
    )

    assert room.answer(Timeline()).splitlines() == [
        "1 · <!date^1780999500^{time}|10:05 UTC> · <@UROB> · *note* restores started",
        "4 · <!date^1780999500^{time}|10:05 UTC> · <@UROB> · *note* restores done",
    ]


def test_an_observation_is_shown_under_its_author():
    room = HandmadeDesk()
    room.holds(MessagePinned(channel=CHANNEL, ts="1.000001", author=EVA, text="most of it is gone"), by=ILSE)

    assert room.answer(Timeline()).endswith("· <@UEVA> · *observation* most of it is gone")


def test_the_last_entries_are_shown_and_the_earlier_ones_counted():
    room = HandmadeDesk()
    room.holds(*[Noted(text=f"note {n}") for n in range(1, 21)])

    lines = room.answer(Timeline(count=2)).splitlines()

    assert lines[0].startswith("_18 earlier;")
    assert [line.rpartition(" · ")[2] for line in lines[1:]] == ["*note* note 19", "*note* note 20"]
    assert "_5 earlier;" in room.answer(Timeline())


@pytest.mark.parametrize("count", [0, -3, 41])
def test_a_timeline_shows_one_to_forty_entries(count):
    with pytest.raises(ValidationError):
        Timeline(count=count)


def test_an_empty_timeline_says_so_and_the_question_records_nothing():
    assert HandmadeDesk().answer(Timeline()) == "Nothing is in the timeline yet."
    assert HandmadeDesk().does(Timeline()) == ()
    assert HandmadeDesk().said(Timeline()) == ""
