"""`spread`: what was contained spreads all the same; impact and urgency are judged again."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import SpreadNoted
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Spread(Verb):
    """Record that it spreads although it was contained: `spread web-3 has it too`. Its priority is asked for again."""

    name = "spread"
    aliases = ("spreads", "spreading")
    group = Group.CLASSIFY
    asserts = True

    text: Annotated[
        str, FormField("Where to?", Control.TEXT, "What is affected now that was not before", rest=True, needed=True)
    ] = ""

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record it while a step of containment is in place."""
        refuse_by_state(now, "set_priority")
        contained = tuple(step.n for step in now.open.containment if step.is_in_place)
        if not contained:
            raise Refusal(Code.STATE, "spread_nothing_contained")
        if not self.text.strip():
            raise Refusal(Code.MISSING_FIELDS, "spread_where", "text")
        return (SpreadNoted(text=self.text, contained=contained),)
