"""Self-test of the triggers: executes on a scratch chain what they must refuse, and rolls back. Knows no trigger by name."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_TEAM: Final = "guard-probe"
_HASH: Final = "f" * 64
# SQLSTATE of a trigger's exception, of a missing grant, and of a lock timeout.
_REFUSALS: Final = frozenset({"P0001", "42501", "55P03"})


def _entry(
    n: int, prev: str, *, at: str = "2026-01-02", insert: str = "INSERT", kind: str = "probe", text: str = "{}"
) -> str:
    return (
        f"{insert} INTO entry (team, incident, n, kind, recorded_at, text, prev, hash) "
        f"VALUES ('{_TEAM}', 'probe', {n}, '{kind}', '{at}', '{text}', '{prev}', '{_HASH}')"
    )


def _tombstone(n: int, prev: str, column: str, named: str) -> str:
    text = f'{{"facts":{{"incident":"{named}","entries":9}}}}'
    return (
        "INSERT INTO entry (team, incident, n, kind, recorded_at, channel, text, prev, hash) "  # noqa: S608 - constants only
        f"VALUES ('{_TEAM}', 'workspace', {n}, 'retired', '2026-01-02', '{column}', '{text}', '{prev}', '{_HASH}')"
    )


def _body(n: int, insert: str = "INSERT") -> str:
    return f"{insert} INTO body (team, incident, n, salt, words) VALUES ('{_TEAM}', 'probe', {n}, 's', '{{}}')"


_FIXTURE: Final = (
    _entry(1, "0" * 64),
    _body(1),
    _entry(2, _HASH, kind="redacted", text='{"facts":{"entries":[3]}}'),
    _entry(3, _HASH),
    _body(3),
    _tombstone(1, "0" * 64, "probe", "another"),
    _tombstone(2, _HASH, "workspace", "workspace"),
)

# By the whole key: with statistics SQLite would otherwise look for the number in every chain.
_FORBIDDEN: Final = {
    "change an entry": "UPDATE entry SET text = 'x' WHERE team = 'guard-probe' AND incident = 'probe' AND n = 1",
    "delete an entry": "DELETE FROM entry WHERE team = 'guard-probe' AND incident = 'probe' AND n = 3",
    "delete a tombstone": "DELETE FROM entry WHERE team = 'guard-probe' AND incident = 'workspace' AND n = 2",
    "take a number again": _entry(3, _HASH),
    "leave a gap": _entry(5, _HASH),
    "continue another hash": _entry(4, "e" * 64),
    "run time backwards": _entry(4, _HASH, at="2026-01-01"),
    "change words": "UPDATE body SET words = 'x' WHERE team = 'guard-probe' AND incident = 'probe' AND n = 1",
    "delete words": "DELETE FROM body WHERE team = 'guard-probe' AND incident = 'probe' AND n = 1",
    "delete words named by an earlier redaction": "DELETE FROM body WHERE team = 'guard-probe' AND incident = 'probe' AND n = 3",
    "bring words to an older entry": _body(2),
}
_SQLITE: Final = {
    "replace an entry": _entry(1, "0" * 64, insert="INSERT OR REPLACE"),
    "replace words": _body(3, "INSERT OR REPLACE"),
}
_POSTGRESQL: Final = {"truncate entries": "TRUNCATE entry CASCADE", "truncate words": "TRUNCATE body"}


# A session's own tables come before those of every schema in its search path.
_SHADOWS: Final = (
    "CREATE TEMPORARY TABLE entry (LIKE {schema}.entry) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE body (LIKE {schema}.body) ON COMMIT DROP",
    "INSERT INTO pg_temp.entry (team, incident, n, kind, recorded_at, channel, text, prev, hash) VALUES "  # noqa: S608 - constants only
    f"('{_TEAM}', 'workspace', 9, 'retired', '2026', 'probe', "
    '\'{"facts":{"incident":"probe","entries":9}}\', \'\', \'\'), '
    f"('{_TEAM}', 'probe', 4, 'redacted', '2026', NULL, '{{\"facts\":{{\"entries\":[1,2,3]}}}}', '', '{'e' * 64}')",
)
_SHADOWED: Final = {
    "delete an entry behind a temporary table": f"DELETE FROM {{schema}}.entry WHERE team = '{_TEAM}' AND incident = 'probe' AND n = 2",  # noqa: S608 - constants only
    "delete words behind a temporary table": f"DELETE FROM {{schema}}.body WHERE team = '{_TEAM}' AND incident = 'probe' AND n = 1",  # noqa: S608 - constants only
    "leave a gap behind a temporary table": _entry(5, "e" * 64).replace("INTO entry", "INTO {schema}.entry"),
}


def unrefused(connection: Connection, schema: str) -> tuple[str, ...]:
    """Return the descriptions of the statements that the triggers failed to refuse; every statement is rolled back.

    `schema` is that of the tables on PostgreSQL.
    """
    specific = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    scratch = connection.begin_nested()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
    for statement in _FIXTURE:
        connection.exec_driver_sql(statement)
    accepted = tuple(what for what, statement in _FORBIDDEN.items() if not _refused(connection, statement))
    if connection.dialect.name == "postgresql":
        # TRUNCATE waits for an exclusive lock, and whoever reads or writes the record queues behind it: behind a dump or
        # a vacuum for as long as we wait. Without the lock, that its trigger is installed as ours has to do.
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
    accepted += tuple(what for what, statement in specific.items() if not _refused(connection, statement))
    if connection.dialect.name == "postgresql" and _shadow_tables(connection, schema):
        shadowed = {what: statement.replace("{schema}", f'"{schema}"') for what, statement in _SHADOWED.items()}
        accepted += tuple(what for what, statement in shadowed.items() if not _refused(connection, statement))
    scratch.rollback()
    return accepted


def _shadow_tables(connection: Connection, schema: str) -> bool:
    """Hide the tables behind temporary ones; False for a role that may create none."""
    attempt = connection.begin_nested()
    try:
        for statement in _SHADOWS:
            connection.exec_driver_sql(statement.replace("{schema}", f'"{schema}"'))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _REFUSALS:
            raise
        attempt.rollback()
        return False
    attempt.commit()
    return True


def _refused(connection: Connection, statement: str) -> bool:
    attempt = connection.begin_nested()
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        # Any other error, such as a lost connection, is no refusal.
        if connection.dialect.name == "postgresql" and getattr(error.orig, "sqlstate", None) not in _REFUSALS:
            raise
        return True
    finally:
        if attempt.is_active:
            attempt.rollback()
    return False
