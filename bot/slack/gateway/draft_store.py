"""What the edge needs of whatever keeps drafts. Knows no storage."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from roles.person_ids import PersonId

Fields = dict[str, JsonValue]


class StoredDraft(Protocol):
    """A draft that was kept."""

    @property
    def person(self) -> PersonId:
        """Whose it is."""

    @property
    def fields(self) -> Fields:
        """What they filled in."""


class DraftStore(Protocol):
    """Keeps what somebody wrote until it is on the record or two days old."""

    def keep(self, key: str, person: PersonId, verb: str, fields: Fields, *, at: datetime) -> None:
        """Keep a draft."""

    def fetch(self, key: str) -> StoredDraft | None:
        """Give a draft back, or None when it was forgotten."""
