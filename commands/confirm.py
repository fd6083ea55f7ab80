"""`confirm`: the final category and priority are right. A later change of either asks for it again."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from commands.core.fields.field_types import several
from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import Confirmed
from incident.entry import Fact

What = Literal["category", "priority"]
_WHAT: Final = (("category", "Category"), ("priority", "Priority"))


class Confirm(Verb):
    """Confirm the final category and priority; name one to confirm only that one."""

    name = "confirm"
    group = Group.PROVE

    what: Annotated[
        tuple[What, ...],
        BeforeValidator(several),
        FormField("What", Control.CHOICES, leading=True, choices=_WHAT),
    ] = ("category", "priority")

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record what was confirmed."""
        return (Confirmed(category="category" in self.what, priority="priority" in self.what),)
