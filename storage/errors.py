"""Errors of storage. The command line shows their docstrings. Knows nothing of what is stored."""

from __future__ import annotations


class StorageError(Exception):
    """An error of storage."""


class InvalidDatabaseUrl(StorageError):  # noqa: N818 - named after the condition
    """The database URL cannot be used."""


class UnknownSchema(StorageError):  # noqa: N818
    """The database is at a schema revision that this release does not know."""


class TriggersMissing(StorageError):  # noqa: N818
    """Triggers that keep the record append-only are missing or do not fire."""


class StoreClosed(StorageError):  # noqa: N818
    """The store is closed."""


class Unavailable(StorageError):  # noqa: N818
    """The database is unavailable: it refuses, is too slow, read-only, full, failing over or gone.

    Whether a commit in flight took effect is unknown; a retry repeats the request with the same idempotency key.
    """

    @property
    def why(self) -> str:
        """One word: slow, locked, read_only, full, broken or gone."""
        return str(self)


class TransactionLost(Unavailable):
    """The database rolled a transaction back by itself."""

    @property
    def why(self) -> str:
        """Full: SQLite rolls back by itself on a full disk."""
        return "full"


class RewrittenRecord(StorageError):  # noqa: N818
    """The record lacks or changed what was signed or seen before; no checkpoint is taken of it."""


class BrokenRow(StorageError):  # noqa: N818
    """A row that is computed from the record has values that Muster never writes."""


class TeamRequired(StorageError):  # noqa: N818
    """The store was opened without a team, and the call needs one."""


def require_team(team: str | None) -> str:
    """Return the team, or raise `TeamRequired` for None or an empty one."""
    if not team:
        raise TeamRequired("open the store with a team, or name one")
    return team
