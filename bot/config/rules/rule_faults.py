"""Faults and gaps of the rules by which Muster notifies people: words that name no one, types and services that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.config.validation_words import did_you_mean
from bot.config.yaml_positions import Path
from commands.core.fields.field_types import INCIDENT_TYPES
from incident.deadlines.policy_rules.recipients import OWN_WORDS, USERS, members_of
from incident.policy import GROUPS, People, Policy
from incident.policy_parts.rule_conditions import Condition
from roles.role_names import Role

_SLACK_ID: Final = re.compile(r"[UWS][A-Z0-9]{2,}")
_TYPES: Final = tuple(slug for slug, _ in INCIDENT_TYPES)


def rule_faults(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield what keeps a rule from ever holding, or from reaching anyone: each word that names nothing."""
    for i, rule in enumerate(policy.notify):
        yield from _of_condition(("notify", i, "when"), rule.when, policy)
        for j, word in enumerate(rule.tell):
            if fault := _of_word(word, policy):
                yield ("notify", i, "tell", j), fault
    for i, call in enumerate(policy.call_rules):
        yield from _of_condition(("call_rules", i, "when"), call.when, policy)
        if fault := _of_word(call.call, policy) or _of_call(call.call, policy):
            yield ("call_rules", i, "call"), fault


def rule_gaps(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield the offices and groups that a rule notifies and that no one fills."""
    for i, rule in enumerate(policy.notify):
        for j, word in enumerate(rule.tell):
            if word == USERS and not any(service.users for service in policy.services.values()):
                yield (
                    ("notify", i, "tell", j),
                    "users are to be notified, and no service has any: write `users` under each that should.",
                )
            if word not in {*Role, *OWN_WORDS} and not members_of(word, policy):
                where = "people" if word in People.model_fields else "groups"
                yield ("notify", i, "tell", j), f"{word} is to be notified, and no one is: fill {word} under `{where}`."
    for i, call in enumerate(policy.call_rules):
        if call.call not in {*Role, *OWN_WORDS} and not members_of(call.call, policy):
            where = "people" if call.call in People.model_fields else "groups"
            yield (
                ("call_rules", i, "call"),
                f"{call.call} is to be called, and no one is: fill {call.call} under `{where}`.",
            )


def _of_call(word: str, policy: Policy) -> str:
    """Return that a word means user groups only, or users: Muster pages people, and does not know who is in such a group."""
    if word == USERS:
        return "names the users of the service, who are notified and not paged: name a person, a role or an office"
    members = () if word in {*Role, *OWN_WORDS} else members_of(word, policy)
    groups_only = bool(members) and all(one.startswith("S") and one.isupper() for one in members)
    return f"names user groups only, which cannot be paged: {word}. Name a person" if groups_only else ""


def _of_word(word: str, policy: Policy) -> str:
    """Return what is wrong with a word that a rule notifies; empty if it is a role, an office, a group or an id."""
    known = {*Role, *OWN_WORDS, *People.model_fields, *GROUPS, *policy.groups}
    if word in known or _SLACK_ID.fullmatch(word):
        return ""
    return f"names no one: {word} is no role, no group, none of `people` and no Slack id{did_you_mean(word, known)}"


def _of_condition(path: Path, when: Condition, policy: Policy) -> Iterator[tuple[Path, str]]:
    for name, given, known in (("type", when.type, _TYPES), ("service", when.service, tuple(policy.services))):
        for i, word in enumerate(given):
            if word not in known:
                yield (*path, name, i), f"names a {name} that does not exist: {word}{did_you_mean(word, known)}"
    tiers = {service.tier for service in policy.services.values()}
    yield from (
        ((*path, "tier", i), f"no service is of tier {tier}") for i, tier in enumerate(when.tier) if tier not in tiers
    )
