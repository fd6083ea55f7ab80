"""`correct`: corrects an entry. The entry stays; the correction is shown beside it."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Corrected
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Correct(Verb):
    """Correct an entry of the timeline; the original stays visible."""

    name = "correct"
    group = Group.RECORD

    entry: Annotated[int, FormField("Entry", Control.ENTRY, "Its number in the timeline", leading=True, needed=True)]
    text: Annotated[str, FormField("What is right", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the correction of an entry that exists."""
        if not 1 <= self.entry <= now.open.n:
            raise Refusal(Code.STATE, "correct_unknown", "entry", entry=str(self.entry))
        return (Corrected(corrects=self.entry, text=self.text),)
