"""What falls short of the policy's strictness is allowed, warned of on the record, or refused with what to do (S1-13, S1-35, S1-40, S1-96)."""

from __future__ import annotations

from typing import Any

import pytest

from incident.policy_parts.classification_rules import ClassificationRules
from incident.refusal import Code
from tests.support.command_bench import CommandBench
from tests.support.policies import team_policy

CASES = {
    "category_unlisted": {"category": "Weather", "subcategory": "Lightning"},
    "category_other": {"category": "Other"},
    "impact_words": {"impact": 1, "urgency": 2},
}
COMPLETE = {"title": "Checkout errors", "service": "checkout", "impact_words": "no one can pay"}


def strict(*required: str, **rules: str) -> CommandBench:
    allowed = {
        "category_unlisted": "allow",
        "category_other": "allow",
        "impact_words": "allow",
        "harm": "allow",
        **rules,
    }
    classification = ClassificationRules.model_validate({"declare_fields": required, "strictness": allowed})
    return CommandBench(policy=team_policy().model_copy(update={"classification": classification}))


def form(rule: str) -> dict[str, Any]:
    words = {"impact_words": None} if rule == "impact_words" else {}
    return {**COMPLETE, **CASES[rule], **words}


def marks(desk: CommandBench) -> tuple[bool, tuple[str, ...]]:
    facts = desk.facts()
    warned = [fact.rules for fact in facts if fact.kind == "classification_warned"]
    return facts[0].unlisted, warned[0] if warned else ()


@pytest.mark.parametrize("rule", CASES)
def test_what_falls_short_is_allowed_without_a_word(rule):
    desk = strict()
    desk.do("declare", form=form(rule))

    assert marks(desk) == (False, ())


@pytest.mark.parametrize("rule", CASES)
def test_what_falls_short_is_recorded_with_a_warning(rule):
    desk = strict(**{rule: "warn"})
    desk.do("declare", form=form(rule))

    assert marks(desk) == ((True, ()) if rule == "category_unlisted" else (False, (rule,)))


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ("category_unlisted", Code.BAD_VALUE, "Choose one of: Application: Errors; Database."),
        ("category_other", Code.MISSING_FIELDS, "say what it is as subcategory"),
        ("impact_words", Code.MISSING_FIELDS, "say in words what is impaired"),
    ],
)
def test_what_falls_short_is_refused_with_what_to_do(rule, code, words):
    desk = strict(**{rule: "refuse"})
    outcome = desk.do("declare", form=form(rule))

    assert (outcome.code, outcome.reason) == (code, rule)
    assert words in desk.answer()


@pytest.mark.parametrize("rule", ["category_unlisted", "category_other"])
def test_a_changed_category_is_judged_as_a_declared_one(rule):
    change = {**CASES[rule], "reason": "the cause is known"}
    refused = strict(**{rule: "refuse"}).declared()
    warned = strict(**{rule: "warn"}).declared()
    refused.do("category", form=change)
    warned.do("category", form=change)

    assert refused.incident.category == "Application"
    assert marks(warned) == ((True, ()) if rule == "category_unlisted" else (False, (rule,)))


@pytest.mark.parametrize("rule", ["category_unlisted", "category_other", "impact_words"])
def test_what_is_complete_passes_the_strictest_policy(rule):
    desk = strict(**{rule: "refuse"})
    complete = {"category": "Application", "subcategory": "Errors", "impact": 1, "urgency": 2, **COMPLETE}

    assert desk.do("declare", form=complete).code is None
    assert marks(desk) == (False, ())


def test_a_category_other_that_says_what_it_is_passes():
    desk = strict(category_other="refuse")

    assert desk.do("declare", form={**COMPLETE, "category": "Other", "subcategory": "a bird in the rack"}).code is None


def test_a_field_that_the_policy_requires_is_asked_for_at_the_next_declaration():
    desk = strict("symptom", "subcategory", "owner_group")
    outcome = desk.do("declare", form=COMPLETE)

    assert (outcome.code, outcome.fields) == (Code.MISSING_FIELDS, ("symptom", "subcategory"))
    assert "symptom, subcategory" in desk.answer()
    assert desk.do("declare", form={**COMPLETE, "symptom": "HTTP 500", "subcategory": "Errors"}).code is None
