"""Rules for classification that can never hold are faults, and long lists of categories are warned of (S1-36)."""

from __future__ import annotations

from bot.config.rules.classification_faults import classification_faults, classification_gaps
from tests.support.policies import shipped_policy


def gaps(categories: dict[str, list[str]]) -> list[str]:
    policy = shipped_policy(services={"checkout": {"owner": "", "categories": categories}})
    return [sentence for _, sentence in classification_gaps(policy)]


def test_twenty_categories_and_nine_subcategories_are_warned_of():
    names = [f"kind {n}" for n in range(20)]

    assert "20 categories, more than 12" in gaps({name: [] for name in names})[0]
    assert gaps({name: [] for name in names[:12]}) == []
    assert "9 subcategories, more than 8" in gaps({"data": names[:9]})[0]
    assert gaps({"data": names[:8]}) == []


def test_a_required_field_that_no_form_has_and_a_rule_without_a_condition_are_faults():
    classification = {"declare_fields": ["symptom", "symptoms", "drill"], "impact_rules": [{"impact": 2}]}
    found = dict(classification_faults(shipped_policy(classification=classification)))

    assert set(found) == {
        ("classification", "declare_fields", 1),
        ("classification", "declare_fields", 2),
        ("classification", "impact_rules", 0),
    }
    assert list(classification_faults(shipped_policy())) == []
