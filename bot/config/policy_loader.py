"""Parses policy.yaml into a Policy, or names every fault with its line.

A broken or unapproved policy never becomes active: `ActivePolicy` keeps the last good one until a valid one is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from bot.config.outside.regime_files import with_regimes
from bot.config.policy_faults import contradictions, empty_value, faults
from bot.config.policy_gaps import gaps
from bot.config.schedule_faults import moved_turns
from bot.config.validation_words import in_plain_words, place_of
from bot.config.yaml_positions import ConfigError, UnreadableYaml, read_document
from incident.policy import Policy


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


class NoPolicyFile(BrokenPolicy):
    """There is no earlier policy, and the file cannot be read."""


def read_policy(text: str, today: date, *, was_active: bool = False) -> LoadedPolicy:
    """Parse a policy, or raise BrokenPolicy with every fault. The effective date must not be after `today`.

    A text that was active before stays valid where a later release finds more: contradictions are faults of new texts only.
    """
    try:
        document = read_document(text)
    except UnreadableYaml as unreadable:
        raise BrokenPolicy((unreadable.error,)) from None
    errors = list(document.repeated)
    empty = {} if was_active else {path: empty_value(document, path, text) for path in document.empty}
    errors += [document.error_at(path, message) for path, message in empty.items()]
    try:
        policy = with_regimes(Policy.model_validate(document.value))
    except ValidationError as invalid:
        found = invalid.errors(include_url=False)
        errors += [
            document.error_at(place_of(one), in_plain_words(one, Policy)) for one in found if place_of(one) not in empty
        ]
    else:
        found_in_policy = [*faults(policy, today), *(() if was_active else contradictions(policy))]
        errors += [document.error_at(path, message) for path, message in found_in_policy if path not in empty]
    if errors:
        raise BrokenPolicy(tuple(sorted(errors)))
    return LoadedPolicy(policy, text, hashlib.sha256(text.encode()).hexdigest())


def located_gaps(policy: Policy, text: str, today: date) -> tuple[ConfigError, ...]:
    """Return what a valid policy leaves open or contradicts, with its lines in the text."""
    document = read_document(text)
    return tuple(document.located(path, sentence) for path, sentence in gaps(policy, today))


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

    def replace(self, text: str, now: datetime) -> tuple[ConfigError, ...]:
        """Activate a text; when it is broken, or moves a shift of now unseen, change nothing and return its faults."""
        try:
            loaded = read_policy(text, now.date())
        except BrokenPolicy as broken:
            return broken.errors
        faults = moved_faults(self.policy, loaded, now)
        if not faults:
            self.loaded = loaded
        return faults


def moved_faults(before: Policy, after: LoadedPolicy, now: datetime) -> tuple[ConfigError, ...]:
    """Return the edits by which a new text would move a shift of now unseen, with their lines."""
    document = read_document(after.text)
    return tuple(sorted(document.error_at(path, message) for path, message in moved_turns(before, after.policy, now)))


def reread(active: ActivePolicy, path: Path, now: datetime) -> tuple[ConfigError, ...]:
    """Read the file again: activate a changed text, or return its faults and change nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        return (_unreadable(path, unreadable),)
    return () if text == active.loaded.text else active.replace(text, now)


def active_policy(
    path: Path, now: datetime, last_good: Callable[[], str | None]
) -> tuple[ActivePolicy, tuple[ConfigError, ...]]:
    """Activate the file; when it is broken, or moves a shift of now unseen, activate the last good text and return the faults."""
    active, errors = _first_policy(path, now.date(), last_good)
    stored = last_good() if not errors else None
    if stored is None or stored == active.loaded.text:
        return active, errors
    try:
        before = ActivePolicy(read_policy(stored, now.date(), was_active=True))
    except BrokenPolicy:
        return active, ()  # A later release finds more faults; the new text has none.
    faults = moved_faults(before.policy, active.loaded, now)
    return (before, faults) if faults else (active, ())


def _first_policy(
    path: Path, today: date, last_good: Callable[[], str | None]
) -> tuple[ActivePolicy, tuple[ConfigError, ...]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        broken: BrokenPolicy = NoPolicyFile((_unreadable(path, unreadable),))
    else:
        try:
            return ActivePolicy(read_policy(text, today)), ()
        except BrokenPolicy as found:
            broken = found
    stored = last_good()
    if stored is None:
        raise broken
    return ActivePolicy(read_policy(stored, today, was_active=True)), broken.errors


def file_fault(error: OSError | UnicodeDecodeError) -> str:
    """Return why a policy file cannot be read, and what to do."""
    if isinstance(error, UnicodeDecodeError):
        return f"is no text in UTF-8: byte {error.start} cannot be read. Save it as UTF-8"
    return f"cannot be read: {error.strerror}. MUSTER_POLICY names the file"


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> ConfigError:
    return ConfigError(1, str(path), file_fault(error))
