"""The triggers that keep the record append-only, as SQL for each database, and the proof that they are there and fire.

They refuse to change, delete or replace an entry, to leave a gap, to continue anything but the last hash, to run time
backwards, to change words, to bring words back, and to delete words that no Redacted entry of the same chain names. A
whole chain may go only where a Retired entry of the workspace chain names it: the tombstone that retention leaves.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from storage.errors import TriggersMissing
from storage.triggers import postgresql_triggers, sqlite_triggers
from storage.triggers.trigger_self_test import unrefused

NAMES: Final = frozenset(sqlite_triggers.TRIGGERS)
_TRUNCATES: Final = frozenset(postgresql_triggers.TRUNCATES)


def install(connection: Connection) -> None:
    """Put every guard in place, replacing those of an earlier release."""
    flavour = sqlite_triggers if connection.dialect.name == "sqlite" else postgresql_triggers
    for statement in flavour.statements():
        connection.exec_driver_sql(statement)


def grant(connection: Connection, role: str) -> None:
    """Let a role run Muster without owning the tables, so that it cannot drop a guard."""
    for statement in postgresql_triggers.grants(role):
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Take every guard away. Tests tamper with copies this way; nothing else calls it."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name in sorted(_present(connection)):
        table = "" if is_sqlite else f" ON {name.split('_')[1]}"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{table}")


def missing(connection: Connection) -> tuple[str, ...]:
    """Name the guards that are not there, or are there in words other than ours."""
    if connection.dialect.name == "sqlite":
        found = dict(
            tuple(row) for row in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        )
        return tuple(sorted(n for n, sql in sqlite_triggers.TRIGGERS.items() if _flat(found.get(n)) != _flat(sql)))
    return tuple(sorted((NAMES | _TRUNCATES) - _present(connection)))


def _flat(sql: str | None) -> str:
    return " ".join((sql or "").split())


def _present(connection: Connection) -> frozenset[str]:
    if connection.dialect.name == "sqlite":
        wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard\\_%' ESCAPE '\\'"
    else:
        # `A` fires always, also in a session that calls itself a replica.
        wanted = (
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND tgname LIKE 'guard\\_%' "
            "AND tgrelid IN (to_regclass('entry'), to_regclass('body'))"
        )
    return frozenset(connection.exec_driver_sql(wanted.replace("%", "%%") if "pg_" in wanted else wanted).scalars())


def check_triggers(connection: Connection) -> None:
    """Prove that every guard is present and fires, leaving no trace; raise GuardsMissing naming those that do not."""
    absent = missing(connection)
    if absent:
        raise TriggersMissing(f"missing: {', '.join(absent)}")
    silent = unrefused(connection)
    if silent:
        raise TriggersMissing(f"these went through and should have been refused: {', '.join(silent)}")
