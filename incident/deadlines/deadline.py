"""A deadline: when it prompts, with which template, and whom. Knows no incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from roles.person_ids import PersonId


@dataclass(frozen=True)
class PromptStep:
    """One step of a deadline: from `at` (UTC) the template `ask` prompts the people `whom`."""

    at: datetime
    ask: str
    whom: tuple[PersonId, ...]


@dataclass(frozen=True)
class Deadline:
    """Something that is due at `due_at` (UTC) and is prompted for until it is done.

    `steps` are in order of time: who is prompted first, and who next. After the last step the prompt repeats every
    `repeat`; None means it does not. `about` names the object: the id of an action, an audience. `key` is unique within
    the incident and stays the same as long as the deadline is the same.
    """

    key: str
    due_at: datetime
    steps: tuple[PromptStep, ...]
    repeat: timedelta | None = None
    about: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of deadline, by which its key begins."""
        return self.key.partition(":")[0]

    def step_at(self, at: datetime) -> PromptStep | None:
        """Return the latest step that has started at a time, or None before the first."""
        return next((step for step in reversed(self.steps) if step.at <= at), None)

    def after(self, at: datetime) -> datetime | None:
        """Return when the next prompt follows one sent at `at`, or None when none does."""
        coming = next((step.at for step in self.steps if step.at > at), None)
        if coming is None and self.repeat is not None:
            return at + self.repeat
        return coming


def each_once(*people: PersonId | None) -> tuple[PersonId, ...]:
    """Return the people given, without None and without repetition, in order."""
    return tuple(dict.fromkeys(person for person in people if person is not None))


def key_of(kind: str, *parts: object) -> str:
    """Return the key of a deadline, `kind:part:…`; a time in it is whole seconds since 1970."""
    return ":".join([kind, *(str(int(p.timestamp())) if isinstance(p, datetime) else str(p) for p in parts)])
