"""What storage refuses, as types whose docstring says it in words. Knows nothing of what was being stored."""

from __future__ import annotations


class StorageError(Exception):
    """Storage refused."""


class InvalidDatabaseUrl(StorageError):  # noqa: N818 - named for what was wrong
    """The database address cannot be used."""


class UnknownSchema(StorageError):  # noqa: N818
    """The database holds tables of a version that this Muster does not know."""


class TriggersMissing(StorageError):  # noqa: N818
    """The triggers that keep the record append-only are missing or do not fire."""


class StoreClosed(StorageError):  # noqa: N818
    """The store was closed and takes no more work."""


class Unavailable(StorageError):  # noqa: N818
    """The database cannot take this now: it refuses, is too slow, read-only, full, failing over or gone.

    Whether a commit that was on its way took effect is not known; who comes again comes with the same key.
    """

    @property
    def why(self) -> str:
        """Say in a word in which way."""
        return str(self)


class TransactionLost(Unavailable):
    """The database ended a transaction by itself."""

    @property
    def why(self) -> str:
        """Say in a word in which way: SQLite does so on a full disk."""
        return "full"


class TeamRequired(StorageError):  # noqa: N818
    """The store was opened without a team, and what was asked for belongs to one."""


def require_team(team: str | None) -> str:
    """Give the team, or say that the store must be opened with one."""
    if not team:
        raise TeamRequired("open the store with a team, or name one")
    return team
