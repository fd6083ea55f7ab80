"""`next`: the status updates that are owed, to whom and by when. Only posting an update moves a promise."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.status_view import OwedUpdates, owed_updates
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Next(Verb):
    """Show which status updates are due, to which audience and when."""

    name = "next"
    group = Group.INFORM
    is_query = True
    for_guests = True

    words: Annotated[
        str | None, FormField("When", Control.LINE, "Only an update can promise another time", rest=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse a time: only an update can promise the next one. Other words change nothing: all that is due is shown."""
        if self.words and any(letter.isdigit() for letter in self.words):
            raise Refusal(Code.BAD_VALUE, "next_needs_update", "words")
        return ()

    def view(self, now: DecisionContext) -> OwedUpdates:
        """Return the updates owed."""
        return owed_updates(now)
