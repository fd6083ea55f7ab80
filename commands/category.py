"""`category`: corrects the category of the incident. The initial category stays in the history."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_short
from commands.core.rules.classification.strict_rules import says_no_more_than_other, unlisted_category, warnings
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import CategoryChanged
from incident.entry import Fact


class Category(Verb):
    """Change the category and say why: `category Database/Replication because …`."""

    name = "category"
    group = Group.CLASSIFY

    category: Annotated[str, FormField("Category", Control.CATEGORY, leading=True, needed=True, max_length=80)]
    subcategory: Annotated[str | None, FormField("Subcategory", Control.LINE, max_length=80)] = None
    reason: Annotated[str, FormField("Why", Control.TEXT, rest=True, because=True, needed=True)] = ""

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "set_category"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change the category; one outside the service catalogue is recorded as unlisted, or refused, as the policy says."""
        refuse_short(self.reason, 1, "category_why", "reason")
        unlisted = unlisted_category(now, now.open.service, self.category, self.subcategory)
        is_vague = says_no_more_than_other(self.category, self.subcategory)
        warned = warnings(now, *(("category_other",) if is_vague else ()))
        changed = CategoryChanged(
            category=self.category, subcategory=self.subcategory, reason=self.reason, unlisted=unlisted
        )
        return (changed, *warned)
