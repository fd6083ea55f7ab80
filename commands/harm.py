"""`harm`: what the incident harms: confidentiality, integrity, availability."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from commands.core.fields.field_types import several
from commands.core.fields.form_field import Control, FormField
from commands.core.rules.classification.harm_field import CHOICES, HarmKind, marked
from commands.core.rules.outside.replaced_entry import Replaced, replaced
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import HarmMarked
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Harm(Verb):
    """Mark what it harms: `harm confidentiality because …`; `integrity` and `availability` are the others."""

    name = "harm"
    aliases = ("harms", "cia")
    group = Group.CLASSIFY
    needs_text = False

    kinds: Annotated[
        tuple[HarmKind, ...],
        BeforeValidator(several),
        FormField("What does it harm?", Control.CHOICES, leading=True, needed=True, choices=CHOICES),
    ] = ()
    reason: Annotated[
        str | None, FormField("What shows it", Control.TEXT, "An entry, a log, a finding", rest=True, because=True)
    ] = None

    def view(self, now: DecisionContext) -> Replaced[HarmMarked] | None:
        """Return what was marked before; None for the first mark."""
        return replaced(now, HarmMarked)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record it in any state; what is marked takes the place of what was marked before."""
        if not self.kinds:
            raise Refusal(Code.MISSING_FIELDS, "harm_which", "kinds")
        return (marked(self.kinds, self.reason),)
