"""`note`: a line for the timeline. Knows no rule: a note is never refused."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Noted
from incident.entry import Fact


class Note(Verb):
    """Put a note into the timeline."""

    name = "note"
    group = Group.RECORD

    text: Annotated[str, FormField("Note", Control.TEXT, "What happened, or what you saw", rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the note as it was written."""
        return (Noted(text=self.text),)
