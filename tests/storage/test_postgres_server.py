"""The PostgreSQL that tests run on: it must be there in CI, and must not outlive whoever started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import os, signal, sys; from tests import postgres; s = postgres.server(); "
    "print(s._process.pid, s.home, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
)


def test_without_binaries_tests_skip_here_and_fail_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL: because"):
        postgres.missing("because")

    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="needed in CI: because"):
        postgres.missing("because")


@pytest.mark.skipif(postgres.binaries() is None, reason="no PostgreSQL here")
def test_a_server_dies_with_the_process_that_started_it() -> None:
    done = subprocess.run([sys.executable, "-c", _START], cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    pid = int(done.stdout.split()[0])

    deadline = time.monotonic() + 20
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not _runs(pid)
    shutil.rmtree(done.stdout.split()[1].decode())


def _runs(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_server_runs_as_nobody_when_tests_run_as_root() -> None:
    pid = postgres.server()._process.pid

    owner = Path(f"/proc/{pid}").stat().st_uid

    assert owner != 0
    assert os.geteuid() in (0, owner)
