"""The generated history: valid chains of several lengths, spread over years, and each operation measured on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest

from bot.plain_yaml import load_yaml
from bot.simulation.bench.history.filled_database import fill
from bot.simulation.bench.history.history_command import bench_history
from bot.simulation.bench.history.sample_incidents import TEAM, sample_incidents
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.entry import workspace_chain
from incident.policy import Policy
from storage.jobs.job_table import JobState
from storage.maintenance.verification import verify
from storage.store import Store, open_store
from tests.support.clock import T0

ENDED, OPEN = 37, 12


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, int]]:
    policy = Policy.model_validate(load_yaml(SHIPPED.read_text(encoding="utf-8")))
    samples = sample_incidents(policy)
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('history') / 'muster.db'}", team=TEAM) as store:
        store.migrate()
        entries = fill(store, samples, policy, ended=0, still_open=OPEN, now=T0)
        entries += fill(store, samples, policy, ended=ENDED, still_open=0, now=T0)
        yield store, entries


def test_every_chain_of_a_history_verifies_and_every_number_is_taken_once(filled: tuple[Store, int]) -> None:
    store, entries = filled

    report = verify(store)

    assert report.problems == ()
    assert (report.chains, report.entries) == (
        ENDED + OPEN + 1,
        entries + len(store.queries.rows(workspace_chain(TEAM))),
    )


def test_a_history_covers_three_years_several_lengths_and_many_people(filled: tuple[Store, int]) -> None:
    store, _ = filled
    listed = store.queries.incidents(TEAM, limit=999)
    folded = [store.queries.incident(one.key) for one in listed]

    assert [one.is_over for one in listed].count(False) == OPEN
    assert {one.declared_at.year for one in listed} == {2023, 2024, 2025, 2026}
    assert len({sum(store.queries.entry_counts(one.key).values()) for one in listed}) == 6
    assert len({one.reporter for one in folded if one}) > 30


def test_a_timer_of_each_open_incident_and_the_jobs_of_the_last_days_are_stored(filled: tuple[Store, int]) -> None:
    store, _ = filled

    assert store.jobs.counts() == {("timer", JobState.READY): OPEN}
    assert store.jobs.dead_letters() == ()


def test_each_operation_is_measured_on_a_new_and_on_the_filled_record(tmp_path) -> None:
    out, url = StringIO(), f"sqlite:///{tmp_path / 'muster.db'}"

    with redirect_stdout(out):
        assert bench_history(8, still_open=3, database=url, quick=True) == 0

    printed: dict[str, Any] = json.loads(out.getvalue())
    assert {name: printed[name] for name in ("database", "incidents", "open")} == {
        "database": "sqlite",
        "incidents": 8,
        "open": 3,
    }
    assert printed["bytes_per_incident"] > 10_000
    operations = printed["operations_ms"]
    assert {"list", "show", "home", "declare", "tick", "start"} <= set(operations)
    assert all(one["new"]["p95"] > 0 and one["filled"]["p95"] > 0 for one in operations.values())


def test_a_database_that_holds_a_record_is_refused(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_history(8, still_open=3, database=sqlite_url, quick=True) == 1
    assert "not empty" in capsys.readouterr().err
