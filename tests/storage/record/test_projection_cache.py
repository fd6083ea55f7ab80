"""The projection cache: parsed once, bounded, cleared by a redaction, right after a rollback."""

from __future__ import annotations

import pytest

from incident.entry import IncidentKey
from incident.fold.fold import apply
from incident.model.incident import Incident
from storage.record.projections.projection import INCIDENTS, load
from storage.record.projections.projection_cache import ProjectionCache
from storage.store import Store
from tests.support.recorded_team import RECORD_START, TEAM, long_script

A, B, C = (IncidentKey(TEAM, name) for name in "ABC")


def counting(read: list[str], max_size: int = 2) -> ProjectionCache:
    return ProjectionCache(lambda text: read.append(text) or object(), max_size=max_size)  # type: ignore[arg-type,return-value,func-returns-value]


def test_a_text_is_parsed_once_while_it_is_in_the_cache() -> None:
    read: list[str] = []
    cache = counting(read)

    first = cache.parse(A, "a")
    assert cache.parse(A, "a") is first
    cache.parse(B, "b")
    cache.parse(A, "a")
    cache.parse(C, "c")

    assert cache.parse(A, "a") is first
    cache.parse(B, "b")
    assert read == ["a", "b", "c", "b"]


def test_a_busy_incident_takes_up_the_room_of_one_and_pushes_no_other_out() -> None:
    read: list[str] = []
    cache = counting(read)
    other = cache.parse(B, "b")

    for version in range(100):
        cache.parse(A, f"a{version}")

    assert cache.parse(B, "b") is other
    assert len(cache) == 2
    assert read[-1] == "a99"


def test_an_older_text_of_an_incident_is_parsed_and_never_taken_for_the_latest() -> None:
    read: list[str] = []
    cache = counting(read)
    cache.parse(A, "old")
    cache.parse(A, "new")

    cache.parse(A, "old")

    assert read == ["old", "new", "old"]


def test_a_cleared_cache_parses_again() -> None:
    read: list[str] = []
    cache = counting(read)
    first = cache.parse(A, "a")

    cache.clear()

    assert cache.parse(A, "a") is not first


def test_the_projection_of_a_failed_transaction_is_never_loaded(store: Store) -> None:
    key, _ = store.recorder.transact(lambda unit: unit.new_incident(TEAM, RECORD_START))

    def write(unit, drafts, *, fails: bool) -> Incident:
        incident = unit.load(key)
        for entry in unit.append(key, drafts, RECORD_START):
            incident = apply(incident, entry)
        unit.project(incident)
        if fails:
            raise ZeroDivisionError
        return incident

    script = long_script("INC-2026-0001")
    kept = store.recorder.transact(lambda unit: write(unit, script[:3], fails=False))
    with pytest.raises(ZeroDivisionError):
        store.recorder.transact(lambda unit: write(unit, script[3:6], fails=True))

    assert store.transactions.read(lambda connection: load(connection, key)) == kept
    INCIDENTS.cache.clear()
    assert store.transactions.read(lambda connection: load(connection, key)) == kept
