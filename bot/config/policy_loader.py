"""Parses policy.yaml into a Policy, or names every fault with its line. Knows no rule that Policy does not state.

A broken or unapproved policy never becomes active: `ActivePolicy` keeps the last good one until a valid one is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from bot.config.yaml_positions import ConfigError, read_document
from commands.core.fields.field_types import INCIDENT_TYPES
from incident.policy import GROUPS, Policy
from incident.states import Priority
from roles.role_names import Role

_SLACK_ID: Final = re.compile(r"[UWS][A-Z0-9]+")
_PERSON_ID: Final = re.compile(r"[UW][A-Z0-9]+")
_LEVELS: Final = (1, 2, 3)


@dataclass(frozen=True)
class LoadedPolicy:
    """A valid, approved policy with its text and its SHA-256, which each incident stores."""

    policy: Policy
    text: str
    hash: str


class BrokenPolicy(Exception):  # noqa: N818 - it is an answer for a person, who reads all of it
    """A policy cannot become active; `errors` are its faults, in the order of the file."""

    def __init__(self, errors: tuple[ConfigError, ...]) -> None:
        super().__init__("\n".join(str(one) for one in errors))
        self.errors = errors


def read_policy(text: str, today: date) -> LoadedPolicy:
    """Parse a policy, or raise BrokenPolicy with every fault. The effective date must not be after `today`."""
    try:
        document = read_document(text)
    except yaml.MarkedYAMLError as unreadable:
        line = unreadable.problem_mark.line + 1 if unreadable.problem_mark else 1
        raise BrokenPolicy((ConfigError(line, "", f"cannot be read: {unreadable.problem}"),)) from None
    except yaml.reader.ReaderError as unreadable:
        line = text.count("\n", 0, unreadable.position) + 1
        raise BrokenPolicy((ConfigError(line, "", f"cannot be read: {unreadable.reason}"),)) from None
    errors = list(document.repeated)
    try:
        policy = Policy.model_validate(document.value)
    except ValidationError as invalid:
        errors += [document.error_at(error["loc"], error["msg"]) for error in invalid.errors(include_url=False)]
    else:
        errors += [document.error_at(path, message) for path, message in _faults(policy, today)]
    if errors:
        raise BrokenPolicy(tuple(sorted(errors)))
    return LoadedPolicy(policy, text, hashlib.sha256(text.encode()).hexdigest())


class ActivePolicy:
    """The policy in force. A new text replaces it only if it is valid."""

    def __init__(self, loaded: LoadedPolicy) -> None:
        self.loaded = loaded

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.loaded.policy

    @property
    def hash(self) -> str:
        """The SHA-256 of the text in force."""
        return self.loaded.hash

    def replace(self, text: str, today: date) -> tuple[ConfigError, ...]:
        """Activate a text; when it is broken, change nothing and return its faults."""
        try:
            self.loaded = read_policy(text, today)
        except BrokenPolicy as broken:
            return broken.errors
        return ()


def reread(active: ActivePolicy, path: Path, today: date) -> tuple[ConfigError, ...]:
    """Read the file again: activate a changed text, or return its faults and change nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        return (ConfigError(1, str(path), f"cannot be read: {unreadable}"),)
    return () if text == active.loaded.text else active.replace(text, today)


def active_policy(
    path: Path, today: date, last_good: Callable[[], str | None]
) -> tuple[ActivePolicy, tuple[ConfigError, ...]]:
    """Activate the file; when it is broken, activate the last good text and return the faults of the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        broken = BrokenPolicy((ConfigError(1, str(path), f"cannot be read: {unreadable}"),))
    else:
        try:
            return ActivePolicy(read_policy(text, today)), ()
        except BrokenPolicy as found:
            broken = found
    stored = last_good()
    if stored is None:
        raise broken
    return ActivePolicy(read_policy(stored, today)), broken.errors


_Fault = tuple[tuple[Any, ...], str]


def _faults(policy: Policy, today: date) -> Iterator[_Fault]:
    """Yield the faults that the model cannot express: approval, gaps in tables, unknown names."""
    yield from _approval(policy, today)
    yield from _gaps(policy)
    yield from _services(policy)
    yield from _retention(policy)
    yield from _bad_ids(policy)
    yield from _unknown_authorities(policy)


def _gaps(policy: Policy) -> Iterator[_Fault]:
    for impact, urgency in product(_LEVELS, _LEVELS):
        if urgency not in policy.matrix.get(impact, {}):
            yield ("matrix", impact), f"gives no priority for impact {impact} and urgency {urgency}"
    for priority in Priority:
        if priority not in policy.targets:
            yield ("targets",), f"gives no targets for {priority}"


def _services(policy: Policy) -> Iterator[_Fault]:
    for name, service in policy.services.items():
        if service.roster is not None and service.roster not in policy.rosters:
            yield ("services", name, "roster"), f"names a roster that does not exist: {service.roster}"
        if service.ladder is not None and service.ladder not in policy.ladders:
            yield ("services", name, "ladder"), f"names a ladder that does not exist: {service.ladder}"
        if service.owner and not _SLACK_ID.fullmatch(service.owner):
            yield ("services", name, "owner"), _not_an_id(service.owner)


def _retention(policy: Policy) -> Iterator[_Fault]:
    """A misspelt type would be deleted too early."""
    if "default" not in policy.retention:
        yield ("retention",), "gives no `default`: say how many years, or null for ever"
    types = [slug for slug, _ in INCIDENT_TYPES]
    for name in policy.retention:
        if name not in ("default", *types):
            yield ("retention", name), f"is no type of incident; those are {', '.join(types)}"


def _approval(policy: Policy, today: date) -> Iterator[_Fault]:
    if not policy.approver.strip():
        yield ("approver",), "is empty: a policy without approval never becomes active"
    if not policy.owner.strip():
        yield ("owner",), "is empty: a policy needs an owner who answers for it"
    if policy.effective > today:
        yield ("effective",), f"is in the future: this policy takes effect on {policy.effective.isoformat()}"


def _bad_ids(policy: Policy) -> Iterator[_Fault]:
    for part, lists in (("groups", policy.groups), ("rosters", policy.rosters)):
        for name, members in lists.items():
            numbered = enumerate(members)
            yield from (((part, name, i), _not_an_id(m)) for i, m in numbered if not _SLACK_ID.fullmatch(m))
    for name, ladder in policy.ladders.items():
        rungs = enumerate(ladder.rungs)
        yield from ((("ladders", name, "rungs", i), _not_a_person(m)) for i, m in rungs if not _PERSON_ID.fullmatch(m))


def _unknown_authorities(policy: Policy) -> Iterator[_Fault]:
    """Yield authorities that are neither a role nor a group: no person could ever have them."""
    known = {*Role, *GROUPS, *policy.groups}
    for act, words in policy.authority.model_dump().items():
        yield from (
            (("authority", act, i), f"names neither a role nor a group: {word}")
            for i, word in enumerate(words)
            if word not in known
        )


def _not_a_person(value: str) -> str:
    return f"is no person's Slack id (U… or W…): {value}"


def _not_an_id(value: str) -> str:
    return f"is no Slack id (U…, W… or S…): {value}"
