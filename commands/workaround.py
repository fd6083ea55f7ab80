"""`workaround`: a way to use the service while the cause remains."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import WorkaroundFound
from incident.entry import Fact


class Workaround(Verb):
    """Record a way to use the service while the cause is still there."""

    name = "workaround"
    group = Group.RESTORE

    text: Annotated[
        str, FormField("Workaround", Control.TEXT, "What people can do until it is fixed", rest=True, needed=True)
    ]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the workaround."""
        return (WorkaroundFound(text=self.text),)
