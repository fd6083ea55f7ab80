"""`correct`: an entry says something wrong. The entry stays; what is right stands beside it."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Corrected
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Correct(Verb):
    """Put right what an entry says; the entry stays as it was."""

    name = "correct"
    group = Group.RECORD

    entry: Annotated[int, FormField("Entry", Control.ENTRY, "Its number in the timeline", leading=True, needed=True)]
    text: Annotated[str, FormField("What is right", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the correction beside an entry that exists."""
        if not 1 <= self.entry <= now.open.n:
            raise Refusal(Code.STATE, "correct_unknown", "entry", entry=str(self.entry))
        return (Corrected(corrects=self.entry, text=self.text),)
