"""What the strictness of the policy makes of a classification that falls short: nothing, a warning on the record, or a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from commands.core.service_catalogue import is_unlisted
from commands.core.verb import DecisionContext, Verb
from incident.entries.classification import ClassificationWarned
from incident.policy import Policy
from incident.refusal import Code, Refusal

# Harm is asked for where a security incident is triaged.
SECURITY: Final = "security"
_OTHER: Final = frozenset({"other", "others", "miscellaneous", "misc"})


def refuse_empty_fields(verb: Verb, now: DecisionContext, **filled_in: str | None) -> None:
    """Refuse a declaration in which a field is empty that the policy requires (S1-96); `filled_in` are known otherwise."""
    given = {
        name: getattr(verb, name, None) or filled_in.get(name) for name in now.policy.classification.declare_fields
    }
    missing = tuple(name for name, value in given.items() if value in (None, "", ()))
    if missing:
        raise Refusal(Code.MISSING_FIELDS, "declare_missing", *missing, names=", ".join(missing).replace("_", " "))


def unlisted_category(now: DecisionContext, service: str, category: str, subcategory: str | None) -> bool:
    """True if the pair is marked as unlisted. Refuses it, with what the catalogue allows, where the policy does (S1-35)."""
    rule = now.policy.classification.strictness.category_unlisted
    if rule == "allow" or not is_unlisted(now.policy, service, category, subcategory):
        return False
    if rule == "refuse":
        allowed = "; ".join(_pairs(now.policy, service))
        raise Refusal(Code.BAD_VALUE, "category_unlisted", "category", "subcategory", service=service, allowed=allowed)
    return True


def warnings(now: DecisionContext, *broken: str) -> tuple[ClassificationWarned, ...]:
    """Return the warning for rules that were broken and are not allowed. Refuses the first that the policy refuses."""
    strictness = now.policy.classification.strictness
    for rule in broken:
        if getattr(strictness, rule) == "refuse":
            raise Refusal(Code.MISSING_FIELDS, rule, _FIELDS[rule])
    warned = tuple(rule for rule in broken if getattr(strictness, rule) == "warn")
    return (ClassificationWarned(rules=warned),) if warned else ()


def says_no_more_than_other(category: str, subcategory: str | None) -> bool:
    """True if the category is "other" and nothing says what it is (S1-13)."""
    return category.strip().casefold() in _OTHER and not (subcategory or "").strip()


_FIELDS: Final = {"category_other": "subcategory", "impact_words": "impact_words", "harm": "harm"}


def _pairs(policy: Policy, service: str) -> Iterable[str]:
    for category, below in policy.services[service].categories.items():
        yield f"{category}: {', '.join(below)}" if below else category
