"""A rule that names a person, a group, a type or a service that does not exist is refused, with its line."""

from __future__ import annotations

import pytest

from bot.config.policy_gaps import gaps
from bot.config.policy_loader import BrokenPolicy, read_policy
from tests.support.policy_texts import OURS, TODAY, line_of


def with_rule(rule: str) -> str:
    return OURS.replace("#notify:", f"notify:\n  - {rule}\n#others:")


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{when: {major: true}, tell: [legall]}", "names no one: legall is no role, no group"),
        ("{when: {major: true}, tell: [legall]}", "Did you mean legal?"),
        ("{when: {major: true}, tell: [ops@example.org]}", "names no one"),
        ("{when: {type: securty}, tell: [legal]}", "names a type that does not exist: securty. Did you mean security?"),
        ("{when: {service: chekout}, tell: [legal]}", "names a service that does not exist: chekout"),
        ("{when: {tier: 9}, tell: [legal]}", "no service is of tier 9"),
        ("{when: {}, tell: [legal]}", "says nothing, so the rule would always hold"),
        ("{when: {major: true, for_minutes: 30}, tell: [legal]}", "`for_minutes` and no `without_role`"),
        ("{when: {major: true}, tell: []}", "must not be empty"),
        ("{when: {major: true}, tell: [legal], within: 0}", "must be more than 0"),
        ("{when: {priority: P9}, tell: [legal]}", "must be one of P1"),
        ("{when: {without_role: clerk}, tell: [legal]}", "must be one of commander"),
        ("{when: {majr: true}, tell: [legal]}", "Did you mean major?"),
        ("{when: {major: true}, tell: [legal], by: [pager]}", "must be one of slack"),
        ("{tell: [legal]}", "is missing"),
    ],
)
def test_a_rule_that_could_reach_no_one_is_refused_with_its_line(rule, fault):
    text = with_rule(rule)

    with pytest.raises(BrokenPolicy) as refused:
        read_policy(text, TODAY)

    [error] = refused.value.errors
    assert error.line == line_of(text, f"- {rule}")
    assert fault in str(error)


def test_an_office_or_a_group_that_no_one_fills_is_a_gap_with_its_line():
    text = with_rule("{when: {major: true}, tell: [steering, legal, commander, U0123ABCD]}")

    found = [fault for path, fault in gaps(read_policy(text, TODAY).policy, TODAY) if path[0] == "notify"]

    assert found == [
        "steering is to be notified, and no one is: fill steering under `people`.",
        "legal is to be notified, and no one is: fill legal under `groups`.",
    ]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{when: {major: true}, call: vendor_manger}", "Did you mean vendor_manager?"),
        ("{when: {type: thirdparty}, call: manager}", "names a type that does not exist: thirdparty"),
        ("{when: {major: true}, call: S0123ABCD}", "names user groups only, which cannot be paged: S0123ABCD"),
        ("{when: {major: true}, call: manager, how: loudly}", "must be one of functional"),
    ],
)
def test_a_rule_that_could_call_no_one_is_refused_with_its_line(rule, fault):
    text = OURS.replace("#call_rules:", f"call_rules:\n  - {rule}\n#others:")

    with pytest.raises(BrokenPolicy) as refused:
        read_policy(text, TODAY)

    [error] = refused.value.errors
    assert error.line == line_of(text, f"- {rule}")
    assert fault in str(error)
