"""How a report names people, entries and messages, and writes times. The caller supplies the names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from incident.entry import Entry
from roles.person_ids import PersonId

Report: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class ReportFormat:
    """Names for a report: the sentence and source of an entry, the name of a person, the id of a message."""

    sentence: Callable[[Entry], str]
    name: Callable[[PersonId], str]
    source: Callable[[Entry], str]
    message: Callable[[str, str], str]

    def who(self, person: PersonId | None) -> str | None:
        """Return the name of a person, or None."""
        return None if person is None else self.name(person)


def moment(at: datetime) -> str:
    """Return a time as a report shows it: UTC, to the second."""
    return f"{at.isoformat()[:19]}Z"


def maybe(at: datetime | None) -> str | None:
    """Return a time as a report shows it, or None."""
    return None if at is None else moment(at)


def effective(at: datetime | None) -> Report:
    """Return the effective time of a backfilled item; empty for any other."""
    return {} if at is None else {"effective_at": moment(at)}
