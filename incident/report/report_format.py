"""How an account names people, entries and messages, and writes moments. Whoever reads says how; this keeps it together."""

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
    """Names for an account: the sentence and source of an entry, the name of a person, the id of a message."""

    sentence: Callable[[Entry], str]
    name: Callable[[PersonId], str]
    source: Callable[[Entry], str]
    message: Callable[[str, str], str]

    def who(self, person: PersonId | None) -> str | None:
        """Name somebody, or nobody."""
        return None if person is None else self.name(person)


def moment(at: datetime) -> str:
    """Write a moment as an account shows it: to the second, UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe(at: datetime | None) -> str | None:
    """Write a moment, or null where nothing is known."""
    return None if at is None else moment(at)


def effective(at: datetime | None) -> Report:
    """Give the effective time of a backfilled item; the key is absent for any other."""
    return {} if at is None else {"effective_at": moment(at)}
