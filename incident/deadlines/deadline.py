"""What it means that something is due: when it is asked for, with which template, and of whom. Knows no incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from roles.person_ids import PersonId


@dataclass(frozen=True)
class PromptStep:
    """One time of asking: from `at` on, with the template `ask`, of the people `whom`."""

    at: datetime
    ask: str
    whom: tuple[PersonId, ...]


@dataclass(frozen=True)
class Deadline:
    """Something that falls due and is asked for until it is done.

    `steps` are in order: who is asked first and who next. After the last one it is asked again every `repeat`.
    `about` names the thing (an action's id, an audience); `key` is unique within the incident and stays the same as
    long as it is the same thing that is due.
    """

    key: str
    due_at: datetime
    steps: tuple[PromptStep, ...]
    repeat: timedelta | None = None
    about: str = ""

    def step_at(self, at: datetime) -> PromptStep | None:
        """Give the step that has come by a moment, or None before the first."""
        return next((step for step in reversed(self.steps) if step.at <= at), None)

    def after(self, at: datetime) -> datetime | None:
        """Give the next moment of asking after it was last asked at `at`."""
        coming = next((step.at for step in self.steps if step.at > at), None)
        if coming is None and self.repeat is not None:
            return at + self.repeat
        return coming


def each_once(*people: PersonId | None) -> tuple[PersonId, ...]:
    """Name everybody who is there, each once, in order."""
    return tuple(dict.fromkeys(person for person in people if person is not None))


def key_of(kind: str, *parts: object) -> str:
    """Make the key of a due thing; moments in it are whole seconds."""
    return ":".join([kind, *(str(int(p.timestamp())) if isinstance(p, datetime) else str(p) for p in parts)])
