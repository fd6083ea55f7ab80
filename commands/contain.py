"""`contain`: the spread was stopped. Containment is not restoration: the service may still be down."""

from __future__ import annotations

from typing import Annotated, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.request import RESPONDER
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import Contained
from incident.entry import Fact

_TERMS = (("short", "Short: stops it for now"), ("long", "Long: holds until the cause is gone"))
_SYNONYMS = (("short-term", "short"), ("temporary", "short"), ("long-term", "long"), ("permanent", "long"))


class Contain(Verb):
    """Record what stopped the spread: `short` for now, `long` until the cause is fixed."""

    name = "contain"
    group = Group.RESTORE
    asserts = True
    dated = True

    term: Annotated[
        Literal["short", "long"],
        FormField("For how long", Control.CHOICE, leading=True, needed=True, choices=_TERMS, synonyms=_SYNONYMS),
    ]
    text: Annotated[str, FormField("What was done", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the containment step, marked if who records it is no responder."""
        return (Contained(term=self.term, text=self.text, outside_group=RESPONDER not in now.actor.groups),)
