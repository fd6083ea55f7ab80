"""Reads policy.yaml into a Policy, with the line of everything that is wrong. Knows no rule the Policy does not state.

What is broken or unapproved never becomes active: `ActivePolicy` keeps the last good one until a better one is read.
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
    """A valid, approved policy with the text it was read from; incidents keep the hash they ran under."""

    policy: Policy
    text: str
    hash: str


class BrokenPolicy(Exception):  # noqa: N818 - it is an answer for a person, who reads all of it
    """A policy cannot become active; `wrong` names everything in the way, in the order of the file."""

    def __init__(self, wrong: tuple[ConfigError, ...]) -> None:
        super().__init__("\n".join(str(one) for one in wrong))
        self.wrong = wrong


def read_policy(text: str, today: date) -> LoadedPolicy:
    """Read a policy, or raise BrokenPolicy with every fault and its line. `today` judges the effective date."""
    try:
        nodes = read_document(text)
    except yaml.MarkedYAMLError as unreadable:
        line = unreadable.problem_mark.line + 1 if unreadable.problem_mark else 1
        raise BrokenPolicy((ConfigError(line, "", f"cannot be read: {unreadable.problem}"),)) from None
    except yaml.reader.ReaderError as unreadable:
        line = text.count("\n", 0, unreadable.position) + 1
        raise BrokenPolicy((ConfigError(line, "", f"cannot be read: {unreadable.reason}"),)) from None
    wrong = list(nodes.repeated)
    try:
        policy = Policy.model_validate(nodes.value)
    except ValidationError as invalid:
        wrong += [nodes.wrong(error["loc"], error["msg"]) for error in invalid.errors(include_url=False)]
    else:
        wrong += [nodes.wrong(path, said) for path, said in _doubts(policy, today)]
    if wrong:
        raise BrokenPolicy(tuple(sorted(wrong)))
    return LoadedPolicy(policy, text, hashlib.sha256(text.encode()).hexdigest())


class ActivePolicy:
    """The policy in force. Reading a new text makes it active, or leaves the last good one and tells what is wrong."""

    def __init__(self, loaded: LoadedPolicy) -> None:
        self.loaded = loaded

    @property
    def policy(self) -> Policy:
        """Give the policy in force."""
        return self.loaded.policy

    @property
    def hash(self) -> str:
        """Give the hash of the text in force."""
        return self.loaded.hash

    def renew(self, text: str, today: date) -> tuple[ConfigError, ...]:
        """Make a text the policy in force; when it is broken, change nothing and give its faults."""
        try:
            self.loaded = read_policy(text, today)
        except BrokenPolicy as broken:
            return broken.wrong
        return ()


def read_again(active: ActivePolicy, path: Path, today: date) -> tuple[ConfigError, ...]:
    """Read the file once more: what is good and new comes into force, what is wrong is told and changes nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        return (ConfigError(1, str(path), f"cannot be read: {unreadable}"),)
    return () if text == active.loaded.text else active.renew(text, today)


def active_policy(
    path: Path, today: date, last_good: Callable[[], str | None]
) -> tuple[ActivePolicy, tuple[ConfigError, ...]]:
    """Start with the file; where it is broken, start with the last text that was in force and give the file's faults."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        broken = BrokenPolicy((ConfigError(1, str(path), f"cannot be read: {unreadable}"),))
    else:
        try:
            return ActivePolicy(read_policy(text, today)), ()
        except BrokenPolicy as found:
            broken = found
    kept = last_good()
    if kept is None:
        raise broken
    return ActivePolicy(read_policy(kept, today)), broken.wrong


_Doubt = tuple[tuple[Any, ...], str]


def _doubts(policy: Policy, today: date) -> Iterator[_Doubt]:
    """Find what the shape of a policy cannot say: approval, gaps in tables, names that lead nowhere."""
    yield from _approval(policy, today)
    yield from _gaps(policy)
    yield from _services(policy)
    yield from _retention(policy)
    yield from _strangers(policy)
    yield from _powerless(policy)


def _gaps(policy: Policy) -> Iterator[_Doubt]:
    for impact, urgency in product(_LEVELS, _LEVELS):
        if urgency not in policy.matrix.get(impact, {}):
            yield ("matrix", impact), f"gives no priority for impact {impact} and urgency {urgency}"
    for priority in Priority:
        if priority not in policy.targets:
            yield ("targets",), f"gives no targets for {priority}"


def _services(policy: Policy) -> Iterator[_Doubt]:
    for name, service in policy.services.items():
        if service.roster is not None and service.roster not in policy.rosters:
            yield ("services", name, "roster"), f"names a roster that does not exist: {service.roster}"
        if service.ladder is not None and service.ladder not in policy.ladders:
            yield ("services", name, "ladder"), f"names a ladder that does not exist: {service.ladder}"
        if service.owner and not _SLACK_ID.fullmatch(service.owner):
            yield ("services", name, "owner"), _no_id(service.owner)


def _retention(policy: Policy) -> Iterator[_Doubt]:
    """What is misspelt here would be deleted too early."""
    if "default" not in policy.retention:
        yield ("retention",), "gives no `default`: say how many years, or null for ever"
    types = [slug for slug, _ in INCIDENT_TYPES]
    for name in policy.retention:
        if name not in ("default", *types):
            yield ("retention", name), f"is no type of incident; those are {', '.join(types)}"


def _approval(policy: Policy, today: date) -> Iterator[_Doubt]:
    if not policy.approver.strip():
        yield ("approver",), "is empty: a policy without approval never becomes active"
    if not policy.owner.strip():
        yield ("owner",), "is empty: a policy needs somebody who answers for it"
    if policy.effective > today:
        yield ("effective",), f"lies ahead: this policy takes effect on {policy.effective.isoformat()}"


def _strangers(policy: Policy) -> Iterator[_Doubt]:
    for part, lists in (("groups", policy.groups), ("rosters", policy.rosters)):
        for name, members in lists.items():
            numbered = enumerate(members)
            yield from (((part, name, i), _no_id(m)) for i, m in numbered if not _SLACK_ID.fullmatch(m))
    for name, ladder in policy.ladders.items():
        rungs = enumerate(ladder.rungs)
        yield from ((("ladders", name, "rungs", i), _no_person(m)) for i, m in rungs if not _PERSON_ID.fullmatch(m))


def _powerless(policy: Policy) -> Iterator[_Doubt]:
    """Find words of authority that are neither a role nor a group: nobody could ever have them."""
    known = {*Role, *GROUPS, *policy.groups}
    for act, words in policy.authority.model_dump().items():
        yield from (
            (("authority", act, i), f"names neither a role nor a group: {word}")
            for i, word in enumerate(words)
            if word not in known
        )


def _no_person(said: str) -> str:
    return f"is no person's Slack id (U… or W…): {said}"


def _no_id(said: str) -> str:
    return f"is no Slack id (U…, W… or S…): {said}"
