"""What an incident harms is marked; a security incident is not triaged without it where the policy says so (S2-08)."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from incident.rules.closure_criteria import criteria
from tests.support.command_bench import CommandBench
from tests.support.parsed_lines import parsed
from tests.support.policies import team_policy

SECURITY = {"title": "Odd logins", "service": "checkout", "type": "security", "impact": 2, "urgency": 2}
JUDGED = {"impact": 1, "urgency": 1, "justification": "the attacker reads every order"}


def bench(harm: str) -> CommandBench:
    policy = team_policy()
    rules = policy.classification
    strictness = rules.strictness.model_copy(update={"harm": harm})
    changed = rules.model_copy(update={"strictness": strictness})
    return CommandBench(policy=policy.model_copy(update={"classification": changed}))


def warned(desk: CommandBench) -> list[tuple[str, ...]]:
    return [fact.rules for fact in desk.facts() if fact.kind == "classification_warned"]


def test_a_security_incident_without_a_mark_is_refused_at_triage_and_says_what_to_do():
    desk = bench("refuse")
    outcome = desk.do("declare", form=SECURITY)

    assert (outcome.code, outcome.reason, outcome.fields) == (Code.MISSING_FIELDS, "harm", ("harm",))
    assert "confidentiality, integrity or availability" in desk.answer()
    assert desk.do("declare", form={**SECURITY, "harm": ["confidentiality"]}).code is None
    assert desk.do("declare", form={**SECURITY, "type": "it"}).code is None


def test_a_priority_of_a_security_incident_waits_for_a_mark_too():
    desk = bench("refuse").declared()
    desk.do("reclassify", "ilse", 1, form={"type": "security", "reason": "the traffic is an attack"})

    assert desk.do("priority", "ilse", 2, form=JUDGED).reason == "harm"
    desk.do("harm", "ilse", 3, form={"kinds": ["integrity"]})
    assert desk.do("priority", "ilse", 4, form=JUDGED).code is None


def test_a_missing_mark_is_warned_of_or_allowed():
    for harm, expected in (("warn", [("harm",)]), ("allow", [])):
        desk = bench(harm)
        desk.do("declare", form=SECURITY)
        assert warned(desk) == expected


def test_a_mark_takes_the_place_of_the_last_one_and_is_taken_back():
    desk = bench("warn").declared(harm=["availability"])
    assert desk.incident.harm == ("availability",)

    desk.do("harm", at=2, form={"kinds": ["confidentiality", "integrity"], "reason": "rows were read and changed"})
    assert desk.incident.harm == ("confidentiality", "integrity")
    assert "It takes the place of what was marked before: " in desk.answer()

    desk.do("undo", at=3)
    assert desk.incident.harm == ("availability",)


def test_the_first_mark_takes_the_place_of_nothing():
    desk = bench("warn").declared()
    desk.do("harm", at=1, form={"kinds": ["integrity"]})

    assert "takes the place" not in desk.answer()


def test_a_mark_of_nothing_is_refused():
    outcome = bench("warn").declared().do("harm", form={"kinds": []})

    assert (outcome.code, outcome.reason) == (Code.MISSING_FIELDS, "harm_which")


@pytest.mark.parametrize(
    ("line", "kinds", "reason"),
    [
        ("harm confidentiality because names were read", ["confidentiality"], "names were read"),
        ("harm integrity, availability because rows are gone", ["integrity", "availability"], "rows are gone"),
    ],
)
def test_a_typed_line_marks_one_or_several(line, kinds, reason):
    assert parsed(line).fields == {"kinds": kinds, "reason": reason}


@pytest.mark.parametrize(
    ("kind", "needed"),
    [("data", {"containment_confirmed", "integrity_verified"}), ("physical", set()), ("event", set())],
)
def test_data_physical_and_event_are_types_with_their_checklists(kind, needed):
    desk = bench("warn").declared(type=kind)
    desk.do("reclassify", at=1, form={"type": kind, "reason": "it is what it is, still"})

    assert desk.incident.type == kind
    assert set(criteria(desk.incident, desk.policy).all) == needed
