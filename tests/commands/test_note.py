"""A note goes into the timeline as it was written, in any state."""

from __future__ import annotations

import pytest

from commands.note import Note
from incident.entries.conversation import Noted
from incident.states import State
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later


@pytest.mark.parametrize("state", list(State))
def test_a_note_is_recorded_in_every_state(state):
    room = HandmadeDesk(an_incident(state))

    assert room.does(Note(text="restores started")) == (Noted(text="restores started"),)


def test_the_channel_line_names_author_and_text_and_the_reply_the_number():
    room = HandmadeDesk()
    note = Note(text="restores *started* <!channel>")

    assert room.said(note).startswith("*Note* by <@UILSE>: restores")
    assert "<!channel>" not in room.said(note)
    assert room.answer(note) == "In the timeline as entry 10."


def test_a_backfilled_note_says_when_it_happened():
    room = HandmadeDesk(occurred_at=later(2))

    assert "(happened <!date^" in room.said(Note(text="first errors"))
