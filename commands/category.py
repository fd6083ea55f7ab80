"""`category`: what kind of trouble it is, found out better than at first. The initial one stays in the history."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_short
from commands.core.service_catalogue import is_unlisted
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import CategoryChanged
from incident.entry import Fact


class Category(Verb):
    """Change the category, with the reason: `category Database/Replication because …`."""

    name = "category"
    group = Group.CLASSIFY

    category: Annotated[str, FormField("Category", Control.CATEGORY, leading=True, needed=True, max_length=80)]
    subcategory: Annotated[str | None, FormField("Subcategory", Control.LINE, max_length=80)] = None
    reason: Annotated[str, FormField("Why", Control.TEXT, rest=True, because=True, needed=True)] = ""

    @property
    def intent(self) -> str:
        """Name it as the record does."""
        return "set_category"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change the category when a reason is given; one outside the catalogue is kept as such."""
        refuse_short(self.reason, 1, "category_why", "reason")
        unlisted = is_unlisted(now.policy, now.open.service, self.category, self.subcategory)
        changed = CategoryChanged(
            category=self.category, subcategory=self.subcategory, reason=self.reason, unlisted=unlisted
        )
        return (changed,)
