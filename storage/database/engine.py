"""SQLAlchemy engines. Knows the forms of a database URL and what each database needs for durable commits."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.database.sqlite import BUSY_TIMEOUT_MS, DRIVER
from storage.errors import InvalidDatabaseUrl

POOL_TIMEOUT_S: Final = 2
IDLE_IN_TRANSACTION_S: Final = 10
# Shorter, so that no transaction of a stopped process is still waiting when the database ends the one that has the lock.
LOCK_WAIT_S: Final = IDLE_IN_TRANSACTION_S - 1
# A PostgreSQL server that vanished without closing its connections is noticed after about ten seconds.
NETWORK_TIMEOUTS: Final[dict[str, Any]] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

_NO_ADDRESS: Final = (
    "DATABASE_URL is not an address like sqlite:///muster.db or postgresql://user@host:5432/name; "
    "in a password write @ as %40, / as %2F and : as %3A"
)
_SQLITE_OPTIONS: Final = frozenset(
    {"timeout", "check_same_thread", "cached_statements", "detect_types", "isolation_level"}
)
_HIDDEN: Final = "[hidden]"
# Class 22 of SQLSTATE: the data are at fault, and the server's message quotes them.
_OF_DATA: Final = "22"
_QUOTED: Final = re.compile(r'".*"', re.DOTALL)
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


def read_url(text: str) -> URL:
    """Parse a database URL: `sqlite:///file`, `postgres://…`, `postgresql://…` or `postgresql+psycopg://…`.

    Raises `InvalidDatabaseUrl`, whose message never repeats the URL.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The URL may contain a password, so the message does not repeat it. A port that is no number is a ValueError.
        raise InvalidDatabaseUrl(_NO_ADDRESS) from None
    backend = url.drivername.partition("+")[0]
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidDatabaseUrl(f"DATABASE_URL names {backend}; Muster keeps its record in SQLite or PostgreSQL")
    if url.database in (None, "", ":memory:"):
        raise InvalidDatabaseUrl("DATABASE_URL names a SQLite database in memory; a record needs a file")
    unknown = [] if "uri" in url.query else sorted(set(url.query) - _SQLITE_OPTIONS)
    if unknown:
        raise InvalidDatabaseUrl(f"DATABASE_URL has an option that SQLite does not know: {unknown[0]}; leave it out")
    return url.set(drivername="sqlite+pysqlite")


def make_engine(text: str) -> Engine:
    """Return an engine whose commits are durable and whose SQLite writers never upgrade a read lock.

    Its errors show no parameters and no values of rows: they are what people wrote, and their addresses.
    """
    url = read_url(text)
    if url.get_backend_name() == "sqlite":
        # No overflow: an overflow connection is closed after one use, and a burst would open hundreds.
        engine = create_engine(
            url.set(drivername=DRIVER),
            pool_size=40,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _configure_sqlite)
        return engine
    timeouts = {name: value for name, value in NETWORK_TIMEOUTS.items() if name not in url.query}
    # The ping before each use finds connections that a failover killed, and drops all older ones.
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=40,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=timeouts,
    )
    event.listen(engine, "connect", _configure_postgresql)
    event.listen(engine, "checkout", _leave_access_mode_to_server)
    event.listen(engine, "handle_error", _hide_values)
    return engine


def _leave_access_mode_to_server(connection: Any, _record: object, _proxy: object) -> None:
    # After a snapshot SQLAlchemy asks for READ WRITE explicitly, which overrides a server that is set to read-only.
    connection.read_only = None


def _configure_postgresql(connection: Any, _record: object) -> None:
    # A replica that freezes in a transaction keeps its locks; without this timeout its incidents would freeze too.
    # The threads of that replica that wait for the lock would get it in turn, and each keep it for as long.
    connection.autocommit = True
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_S}s'")
    connection.execute(f"SET lock_timeout = '{LOCK_WAIT_S}s'")
    connection.autocommit = False


def _hide_values(context: ExceptionContext) -> None:
    # The server names in DETAIL the row that broke a constraint. Only the first line is left, before anything logs it.
    error: Any = context.original_exception
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if primary is None:
        return
    shown = _QUOTED.sub(_HIDDEN, primary) if str(error.sqlstate).startswith(_OF_DATA) else primary
    whole, wrapped = str(error), context.sqlalchemy_exception
    error.args = (shown,)
    if wrapped is not None:
        wrapped.args = tuple(one.replace(whole, shown) if isinstance(one, str) else one for one in wrapped.args)


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins late and commits early, so the dialect sends BEGIN itself.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)
