"""SQLite looks things up where it would by itself walk a whole chain, all incidents or all jobs of a team.

PostgreSQL, without statistics, searches once for what is due.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from incident.entry import IncidentKey
from incident.jobs import LATER, Job, JobKind
from incident.model.incident_search import IncidentSearch
from incident.ports import Reader
from roles.person_ids import MUSTER
from storage.jobs.job_queue import JobQueue
from storage.jobs.job_table import JOB
from storage.store import Store, open_store
from tests.support.handmade_incidents import EVA
from tests.support.recorded_team import RECORD_START, record, void_script

KEY = IncidentKey("T1", "01KTNXFC70Z3RFEQ21C35Z7WJ3")
TS = "1780999500.000100"


@pytest.fixture
def store(sqlite_template: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{sqlite_template}", team="T1") as opened:
        yield opened


def plan_of(store: Store, ask: Callable[[], object]) -> list[str]:
    """Return SQLite's query plan."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    ask()
    raw = sqlite3.connect(str(store.engine.url.database))
    found = [line for sql, given in asked for *_, line in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
    raw.close()
    return found


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda reader: reader.message(KEY, "C1", TS), "entry USING INDEX ix_entry_message"),
        (lambda reader: reader.holders("T1", "C1", TS), "entry USING INDEX ix_entry_message"),
        (lambda reader: reader.entries(KEY, kinds=("joined", "left")), "entry USING INDEX ix_entry_kind"),
        (lambda reader: reader.find("T1", channel="C1"), "incident USING INDEX ix_incident_channel"),
        (lambda reader: reader.find("T1", number="INC-2026-0001"), "incident USING INDEX uq_incident_number"),
        (lambda reader: reader.find("T1", adopted="C1"), "incident USING INDEX ix_incident_adopted"),
    ],
    ids=["about a message", "who holds a message", "of some kinds", "by channel", "by number", "by adopted channel"],
)
def test_queries_of_each_message_use_an_index(store: Store, ask: Callable[[Reader], object], index: str) -> None:
    plan = plan_of(store, lambda: store.recorder.read(ask))

    assert [line for line in plan if index in line], plan


@pytest.mark.parametrize(
    ("ask", "indexes"),
    [
        (lambda reader: reader.open_page("T1", EVA, limit=0), ("ix_incident_open", "ix_concerned_restricted")),
        (lambda reader: reader.open_page("T1", MUSTER, limit=0), ("ix_incident_open",)),
        (lambda reader: reader.own_incidents("T1", EVA), ("ix_concerned_position",)),
        (lambda reader: reader.own_incidents("T1", EVA, with_masks=True), ("ix_incident_masked",)),
        (lambda reader: reader.open_of_service("T1", "checkout", RECORD_START, drill=False), ("ix_incident_service",)),
        (
            lambda reader: reader.in_channels("T1", ended_since=RECORD_START),
            ("ix_incident_newest", "ix_incident_ended"),
        ),
    ],
    ids=["page", "page of all", "own", "with masks", "of a service", "in channels"],
)
def test_lists_walk_an_index_of_open_incidents_in_its_order(
    store: Store, ask: Callable[[Reader], object], indexes: tuple[str, ...]
) -> None:
    plan = plan_of(store, lambda: store.recorder.read(ask))

    assert [index for index in indexes if not any(index in line for line in plan)] == [], plan
    assert not [line for line in plan if "SCAN incident" in line or "SCAN concerned" in line], plan
    assert not [line for line in plan if "TEMP B-TREE" in line and "ix_incident_ended" not in indexes], plan


@pytest.mark.parametrize("since", [None, RECORD_START])
@pytest.mark.parametrize(
    ("is_over", "service", "index"),
    [
        (True, None, "ix_incident_ended (team=? AND ended_at>? AND ended_at<?"),
        (True, "wiki", "ix_incident_service_ended (team=? AND service=? AND ended_at>? AND ended_at<?"),
        (False, None, "ix_incident_newest"),
        (False, "wiki", "ix_incident_service (team=? AND service=? AND declared_at<?"),
        (None, None, "ix_incident_declared (team=? AND declared_at<?"),
        (None, "wiki", "ix_incident_service_all (team=? AND service=? AND declared_at<?"),
    ],
)
def test_a_search_walks_an_index_from_the_place_of_the_page(
    sqlite_template: Path, tmp_path: Path, is_over: bool | None, service: str | None, since: datetime | None, index: str
) -> None:
    search = IncidentSearch(is_over=is_over, service=service, since=since)
    shutil.copy(sqlite_template, tmp_path / "own.db")
    with open_store(f"sqlite:///{tmp_path / 'own.db'}", team="T1") as store:
        record(store, void_script)
        key = store.recorder.read(lambda reader: reader.newest("T1", IncidentSearch()))[0].key
        plan = plan_of(store, lambda: store.recorder.read(lambda reader: reader.newest("T1", search, after=key)))

    walk = index.replace("declared_at<?", "declared_at>? AND declared_at<?") if since else index
    assert [line for line in plan if f"USING INDEX {walk}" in line], plan
    assert not [line for line in plan if "SCAN incident" in line], plan


def test_a_checkpoint_reads_the_chains_that_changed(store: Store) -> None:
    plan = plan_of(store, lambda: store.checkpoints.take(RECORD_START, None))

    assert [line for line in plan if "chain USING INDEX ix_chain_changed" in line], plan


@pytest.mark.parametrize(
    "ask",
    [
        lambda jobs: jobs.next_run_at(),
        lambda jobs: jobs.oldest_due(RECORD_START),
        lambda jobs: jobs.due_count(RECORD_START),
        lambda jobs: jobs.counts(),
        lambda jobs: jobs.dead_letters(),
    ],
    ids=["earliest", "oldest due", "outstanding", "counts", "dead"],
)
def test_jobs_are_looked_up_by_their_state(store: Store, ask: Callable[[JobQueue], object]) -> None:
    plan = plan_of(store, lambda: ask(store.jobs))

    assert [line for line in plan if re.search(r"job USING (COVERING )?INDEX ix_job_due \(state=\?", line)], plan
    assert not [line for line in plan if "SCAN job" in line or "ix_job_key" in line], plan


def test_a_claim_reads_the_first_due_jobs_of_each_rank(store: Store) -> None:
    plan = plan_of(store, lambda: store.jobs.claim(RECORD_START, "w1"))

    walks = [
        line for line in plan if "job USING INDEX ix_job_claim (team=? AND state=? AND rank=? AND run_at<?" in line
    ]
    assert len(walks) == LATER + 1, plan
    assert [line for line in plan if line == "SEARCH job USING INTEGER PRIMARY KEY (rowid=?)"], plan
    assert not [line for line in plan if "ix_job_due" in line], plan
    assert not [line for line in plan if "SCAN job" in line], plan


def execute(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)


def test_a_claim_among_many_done_jobs_is_planned_once_on_postgresql(postgres_url: str) -> None:
    columns = ", ".join(column.name for column in JOB.columns if column.name not in ("id", "key", "state"))
    with open_store(postgres_url, team="T1") as store:
        some = [Job(kind=JobKind.CHECKPOINT, key=f"k{rank}", incident=KEY, rank=rank) for rank in range(LATER + 1)]
        store.recorder.transact(lambda unit: unit.enqueue(some, RECORD_START))
        copied = f"SELECT 'done', key || '-' || n, {columns} FROM job, generate_series(1, 2000) n"
        for statement in (f"INSERT INTO job (state, key, {columns}) {copied}", "ANALYZE job"):
            store.transactions.write(partial(execute, statement))
        # The driver prepares a statement after five executions, and the server compares five plans with a general one.
        for _ in range(14):
            store.jobs.claim(RECORD_START - timedelta(days=9), "a")
        counted = "SELECT generic_plans FROM pg_prepared_statements WHERE strpos(statement, 'first_due') > 0"
        with store.engine.connect() as connection:
            general = connection.exec_driver_sql(counted).scalars().all()

    assert general
    assert max(general) > 0


def test_a_claim_on_postgresql_searches_once_for_what_is_due(postgres_url: str) -> None:
    asked: list[tuple[str, dict[str, object]]] = []
    with open_store(postgres_url, team="T1") as store:
        event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        store.jobs.claim(RECORD_START, "a")
        sql, given = next(one for one in asked if "first_due" in one[0])
        with store.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", given).scalars().all()

    assert [line for line in plan if line.strip() == "CTE first_due"], plan
