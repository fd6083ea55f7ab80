"""The triggers that keep the record append-only on either database, and the check that they are installed and fire.

They refuse to update, delete or replace an entry, to skip a number, to continue any hash but the last, to go back in
time, to update or re-insert redactable text, and to delete text that no Redacted entry of the same chain names. A whole
chain is deleted only where a Retired entry of the workspace chain, the tombstone of retention, names it (F-18).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from storage.errors import TriggersMissing
from storage.triggers import postgresql_triggers, sqlite_triggers
from storage.triggers.trigger_self_test import unrefused

NAMES: Final = frozenset(sqlite_triggers.TRIGGERS)
_REINSTALL: Final = "`muster migrate --triggers` installs them and verifies the record"
_TRUNCATES: Final = frozenset(postgresql_triggers.TRUNCATES)


def install(connection: Connection) -> None:
    """Install every trigger, replacing those of an earlier release."""
    is_sqlite = connection.dialect.name == "sqlite"
    ours = sqlite_triggers.statements() if is_sqlite else postgresql_triggers.statements(schema_of(connection))
    for statement in ours:
        connection.exec_driver_sql(statement)


def schema_of(connection: Connection) -> str:
    """Return the schema of the tables on PostgreSQL; a temporary table of a session has none that this returns."""
    return str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())


def grant(connection: Connection, role: str) -> None:
    """Grant a PostgreSQL role what Muster needs without owning the tables, so that it cannot drop a trigger."""
    for statement in postgresql_triggers.grants(role):
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Drop every trigger. Only tests call it, to tamper with copies."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name in sorted(_installed(connection)):
        table = "" if is_sqlite else f" ON {name.split('_')[1]}"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{table}")


def missing(connection: Connection) -> tuple[str, ...]:
    """Return the names of the triggers that are missing or differ from ours."""
    if connection.dialect.name == "sqlite":
        found = dict(
            tuple(row) for row in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        )
        return tuple(
            sorted(n for n, sql in sqlite_triggers.TRIGGERS.items() if _normalised(found.get(n)) != _normalised(sql))
        )
    expected = postgresql_triggers.bodies(schema_of(connection))
    ours = {
        name
        for name, source, settings in connection.execute(text(_FUNCTIONS))
        if _normalised(source) == _normalised(expected.get(name)) and settings == postgresql_triggers.SEARCH_PATH
    }
    return tuple(sorted((NAMES | _TRUNCATES) - (_installed(connection) & ours)))


# The function that each trigger executes, whatever its name, with the settings that it fixes.
_FUNCTIONS: Final = (
    "SELECT t.tgname, p.prosrc, array_to_string(p.proconfig, ';') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE t.tgrelid IN (SELECT c.oid FROM pg_class c WHERE c.relname IN ('entry', 'body') "
    "AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())) AND NOT t.tgisinternal"
)


def _normalised(sql: str | None) -> str:
    return " ".join((sql or "").split())


def _installed(connection: Connection) -> frozenset[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard\\_%' ESCAPE '\\'"
    else:
        # `A` means ENABLE ALWAYS: the trigger also fires in a session with session_replication_role = replica.
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND tgname LIKE 'guard\\_%' "
            "AND tgrelid IN (SELECT oid FROM pg_class WHERE relname IN ('entry', 'body') "
            "AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))"
        )
    return frozenset(connection.exec_driver_sql(query.replace("%", "%%") if "pg_" in query else query).scalars())


def check_triggers(connection: Connection) -> None:
    """Raise `TriggersMissing` unless every trigger is installed and fires; the self-test leaves no trace."""
    not_installed = missing(connection)
    if not_installed:
        raise TriggersMissing(f"triggers are missing: {', '.join(not_installed)}; {_REINSTALL}")
    accepted = unrefused(connection, "" if connection.dialect.name == "sqlite" else schema_of(connection))
    if accepted:
        raise TriggersMissing(f"triggers accepted what they should refuse: {', '.join(accepted)}; {_REINSTALL}")
