"""`note`: a line for the timeline. A note is never refused."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Noted
from incident.entry import Fact


class Note(Verb):
    """Add a note to the timeline."""

    name = "note"
    group = Group.RECORD
    for_guests = True

    text: Annotated[str, FormField("Note", Control.TEXT, "What happened, or what you saw", rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the note."""
        return (Noted(text=self.text),)
