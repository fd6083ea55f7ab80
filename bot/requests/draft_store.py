"""The port to stored drafts: forms that a person filled in and has not sent. Knows no storage."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from commands.core.request import Fields
from roles.person_ids import PersonId


class StoredDraft(Protocol):
    """One stored draft."""

    @property
    def person(self) -> PersonId:
        """The person who filled it in."""

    @property
    def fields(self) -> Fields:
        """The fields as they were filled in."""


class DraftStore(Protocol):
    """Stores drafts until they are recorded or two days old."""

    def keep(self, key: str, person: PersonId, verb: str, fields: Fields, *, at: datetime) -> None:
        """Store a draft."""

    def fetch(self, key: str) -> StoredDraft | None:
        """Return a draft, or None when it was deleted."""
