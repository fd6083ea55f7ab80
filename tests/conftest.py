"""What every test may ask for: a migrated store on SQLite, on PostgreSQL, or on each in turn."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.cli.main import GC_THRESHOLDS
from storage.store import Store, open_store
from tests.support import postgres
from tests.support.browser import chromium, desk
from tests.support.failpoint_runner import FailpointRunner
from tests.support.shared_statements import share_statements

pytest_plugins = ("tests.support.workers",)
__all__ = ["chromium", "desk"]  # One browser for all of a run: Playwright starts once in a process.

TEAM = "T1"
# Files that take seconds: whole processes, kills, a browser, hours of simulated time, sweeps, checks of every file.
# `make quick` leaves them out, and the tests on PostgreSQL: each rule, verb and fold is run once, on SQLite.
SLOW = (
    "tests/bot/api/rest/test_conformance.py",
    "tests/bot/browser/",
    "tests/bot/cli/test_backup_command.py",
    "tests/bot/cli/test_doctor.py",
    "tests/bot/cli/test_file_modes.py",
    "tests/bot/cli/test_forked_process.py",
    "tests/bot/cli/test_incident_command.py",
    "tests/bot/cli/test_processes.py",
    "tests/bot/cli/test_run_command.py",
    "tests/bot/cli/test_verify_command.py",
    "tests/bot/export/test_export_mutations.py",
    "tests/bot/export/test_html_page.py",
    "tests/bot/export/test_verifier.py",
    "tests/bot/grammar/test_line_length.py",
    "tests/bot/simulation/bench/test_bench.py",
    "tests/bot/simulation/bench/test_history.py",
    "tests/bot/simulation/demo/",
    "tests/bot/simulation/replay/",
    "tests/bot/simulation/soak/test_soak_command.py",
    "tests/bot/slack/capture/test_gap_detector.py",
    "tests/bot/slack/degraded/test_degraded_mode.py",
    "tests/bot/slack/socket_mode/",
    "tests/bot/slack/test_forged_payloads.py",
    "tests/bot/sweep/",
    "tests/bot/test_absence_running.py",
    "tests/bot/test_absent_killed.py",
    "tests/bot/test_canaries.py",
    "tests/bot/test_database_absent.py",
    "tests/bot/test_every_text_redacted.py",
    "tests/bot/test_failpoints.py",
    "tests/bot/test_faults_channel.py",
    "tests/bot/test_faults_slack.py",
    "tests/bot/test_kill.py",
    "tests/bot/test_many_incidents.py",
    "tests/bot/test_masked_text.py",
    "tests/bot/test_sqlite_absent.py",
    "tests/bot/worker/handlers/channels/test_gap_backfill.py",
    "tests/bot/worker/handlers/test_integrity_jobs.py",
    "tests/bot/worker/handlers/test_redacted_entries.py",
    "tests/bot/worker/handlers/test_slack_redaction.py",
    "tests/bot/worker/test_second_channel.py",
    "tests/replicas/",
    "tests/requirements/",
    "tests/roles/schedules/test_schedule_properties.py",
    "tests/sandbox/blocks/test_arbitrary_json.py",
    "tests/sandbox/page/",
    "tests/scenarios/",
    "tests/storage/database/test_killed_process.py",
    "tests/storage/integrity/test_tamper_sweep.py",
    "tests/storage/integrity/test_tampering.py",
    "tests/storage/jobs/test_queue_model.py",
    "tests/storage/maintenance/test_backup.py",
    "tests/storage/record/test_bursts.py",
    "tests/storage/test_postgres_server.py",
    "tests/test_audit.py",
    "tests/test_conventions.py",
    "tests/test_extension.py",
    "tests/test_how_to.py",
    "tests/test_names.py",
    "tests/upgrade/",
)
TEMPLATE = "muster_template"

# How long an example takes depends on what else the machine does, and is no property of the code.
settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")


def pytest_sessionstart() -> None:
    """Compile each SQL statement once in this process, not once in each test."""
    share_statements()


def pytest_collection_finish() -> None:
    """Exempt what was imported and collected from garbage collection: it lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and put the slow files first, so that no worker starts one when the others have finished."""
    for item in items:
        if item.nodeid.startswith(SLOW) or _is_on_postgresql(item):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def _is_on_postgresql(item: pytest.Item) -> bool:
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return given.get("database_url") == "postgresql" or "postgres_url" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def failpoint_runner() -> Iterator[FailpointRunner]:
    """The process that forks Musters to be killed at failpoints; one serves every test of a worker."""
    runner = FailpointRunner()
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file, of which every test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "muster.db"
    with open_store(f"sqlite:///{path}") as store:
        store.migrate()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """Migrate one PostgreSQL database, from which the databases of tests are copied."""
    postgres.server().run(f"CREATE DATABASE {TEMPLATE}")
    with open_store(postgres.server().dsn(TEMPLATE)) as store:
        store.migrate()
    return TEMPLATE


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the address of a fresh SQLite database."""
    shutil.copy(sqlite_template, tmp_path / "muster.db")
    return f"sqlite:///{tmp_path / 'muster.db'}"


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database; this process uses one database for all tests."""
    with postgres.reused_database(postgres_template).fresh() as url:
        yield url


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """Give a fresh store on SQLite."""
    with open_store(sqlite_url, team=TEAM) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a fresh database, once of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Give a fresh store, once on SQLite and once on PostgreSQL."""
    with open_store(database_url, team=TEAM) as opened:
        yield opened
