"""What is wrong or hard to manage in the rules for classification: required fields, levels, and the number of categories."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config.validation_words import not_among
from bot.config.yaml_positions import Path
from commands.core.fields.form_field import form_fields
from commands.core.rules.declaration import Declaration
from incident.policy import Policy

# A box that is not ticked says something too, so neither can be required.
_BOXES = frozenset({"private", "drill"})


def classification_faults(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield required fields that no declaration has, and impact rules that name no condition."""
    rules = policy.classification
    fields = tuple(name for name in form_fields(Declaration) if name not in _BOXES)
    for i, name in enumerate(rules.declare_fields):
        if name not in fields:
            yield ("classification", "declare_fields", i), not_among(name, fields)
    for i, rule in enumerate(rules.impact_rules):
        if (rule.share, rule.affected, rule.tier, rule.personal_data) == (None, None, None, False):
            yield ("classification", "impact_rules", i), "has no condition. Name share, affected, tier or personal_data"


def classification_gaps(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield services with more categories, or categories with more subcategories, than people can choose from (S1-36)."""
    rules = policy.classification
    every = {name for service in policy.services.values() for name in service.categories}
    if len(every) > rules.categories_most:
        yield (
            ("services",),
            f"There are {len(every)} categories, more than {rules.categories_most}: people choose badly from long lists. "
            "Merge some, or raise `categories_most`.",
        )
    for name, service in policy.services.items():
        for category, below in service.categories.items():
            if len(below) > rules.subcategories_most:
                yield (
                    ("services", name, "categories", category),
                    f"{category} has {len(below)} subcategories, more than {rules.subcategories_most}. Merge some, or raise "
                    "`subcategories_most`.",
                )
