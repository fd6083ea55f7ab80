"""The PostgreSQL of the tests: required in CI, ends with its process, and hands out databases without leftovers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.database import schema
from storage.store import open_store
from storage.triggers import record_triggers
from tests.support import postgres
from tests.support.recorded_team import RECORD_START, TEAM, record_all

JOB = Job(kind=JobKind.SAY, key="a", incident=IncidentKey(TEAM, "01INC"))
ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import os, signal, sys; from tests.support import postgres; s = postgres.server(); "
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


def rows_of(url: str) -> int:
    with psycopg.connect(url) as connection:
        return sum(
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("entry", "body", "job")
        )


def test_a_reused_database_is_emptied_of_a_record_that_its_triggers_protect(postgres_template: str) -> None:
    database = postgres.reused_database(postgres_template)
    with database.fresh() as url, open_store(url, team=TEAM) as store:
        record_all(store)
        store.recorder.transact(lambda unit: unit.enqueue([JOB], RECORD_START))
        before = rows_of(url)

    with database.fresh() as again, open_store(again, team=TEAM) as store:
        assert again == url
        assert (rows_of(url), before > 20) == (0, True)
        store.transactions.write(record_triggers.check_triggers)
        store.recorder.transact(lambda unit: unit.enqueue([JOB], RECORD_START))
        assert store.jobs.claim(RECORD_START, "w", 1, 60)[0].id == 1


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER guard_entry_update ON entry",
        "CREATE OR REPLACE FUNCTION guard_entry_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "ALTER TABLE body DROP CONSTRAINT fk_body_entry",
        "CREATE TABLE other (id int)",
        "DROP TABLE job",
        "UPDATE alembic_version SET version_num = '0999'",
    ],
)
def test_a_reused_database_is_created_again_after_a_change_of_its_schema(postgres_template: str, change: str) -> None:
    database = postgres.reused_database(postgres_template)
    with database.fresh() as url, psycopg.connect(url) as connection:
        connection.execute(change.encode())

    with database.fresh() as again, open_store(again, team=TEAM) as store:
        store.transactions.read(schema.check_schema)
        store.transactions.write(record_triggers.check_triggers)
        assert rows_of(again) == 0
