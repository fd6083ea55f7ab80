"""Checks the database: reachable, of our schema, triggers installed, dead jobs. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.cli.cli_errors import explain
from bot.cli.database_access import NotFound, missing_file, team_of
from bot.config.setting_values import is_example_address
from bot.config.settings import SOURCES
from bot.monitoring.logs import shown_database
from storage.database import schema
from storage.database.engine import read_url
from storage.errors import StorageError
from storage.jobs.job_queue import DeadJob, JobQueue
from storage.store import Store, open_store
from storage.triggers import record_triggers

_DEAD_JOBS_SHOWN: Final = 5


def check_database(address: str) -> Iterator[CheckResult]:
    """Check that the record can be kept where DATABASE_URL says."""
    if is_example_address(address):
        yield wrong(f"DATABASE_URL still holds the placeholder of an example. {SOURCES['DATABASE_URL']}")
        return
    try:
        file = missing_file(address)
        if file is not None:
            yield from _check_creatable(file)
            return
        yield from _check_mode(address)
        with open_store(address) as store:
            yield from _check_open(store, shown_database(address))
    except (StorageError, SQLAlchemyError) as error:
        yield wrong(explain(error))


def _check_mode(address: str) -> Iterator[CheckResult]:
    """Report a SQLite file of an earlier release or another program that others on this machine can read."""
    url = read_url(address)
    file = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and file.stat().st_mode & 0o077:
        yield note(f"Others on this machine can read {file}: chmod 600 {file}*.")


def _check_creatable(file: Path) -> Iterator[CheckResult]:
    folder = file.absolute().parent
    if folder.is_dir() and os.access(folder, os.W_OK):
        yield passed(f"There is no database yet; the first start creates {file}.")
    else:
        yield wrong(f"No database can be created at {file}: make a folder there that Muster may write in.")


def _check_open(store: Store, shown: str) -> Iterator[CheckResult]:
    revision = store.transactions.read(schema.current)
    if revision is None:
        yield passed(f"The database {shown} answers and is empty; the first start creates the tables.")
        return
    if revision != schema.HEAD:
        yield note(f"The database is at revision {revision}; the next start brings it to {schema.HEAD}.")
        return
    store.transactions.write(record_triggers.check_triggers)
    yield passed(f"The database {shown} answers, has the schema of this Muster, and its triggers fire.")
    try:
        team = team_of(store)
    except NotFound as several:
        yield note(str(several))
    else:
        yield from _dead_jobs(JobQueue(store.transactions, team).dead_letters() if team else ())


def _dead_jobs(dead: Sequence[DeadJob]) -> Iterator[CheckResult]:
    if not dead:
        return
    count = f"{len(dead)} jobs were" if len(dead) > 1 else "One job was"
    yield note(f"{count} given up, so something is missing in Slack. Fix the cause named here; the latest:")
    for one in dead[:_DEAD_JOBS_SHOWN]:
        when = one.ended_at.strftime("%Y-%m-%d %H:%M UTC")
        yield note(f"  {one.job.kind} after {one.attempts} attempts, {when}: {one.error}")
