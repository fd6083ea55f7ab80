"""The projection cache: parsed once, bounded, cleared by a redaction, right after a rollback."""

from __future__ import annotations

import pytest

from incident.fold.fold import apply
from incident.model.incident import Incident
from storage.record.projection import CACHE, load
from storage.record.projection_cache import ProjectionCache
from storage.store import Store
from tests.support.recorded_team import RECORD_START, TEAM, long_script


def test_a_text_is_parsed_once_while_it_is_in_the_cache() -> None:
    read: list[str] = []
    cache: ProjectionCache = ProjectionCache(lambda text: read.append(text) or object(), max_size=2)  # type: ignore[arg-type,return-value,func-returns-value]

    first = cache.parse("a")
    assert cache.parse("a") is first
    cache.parse("b")
    cache.parse("a")
    cache.parse("c")

    assert cache.parse("a") is first
    cache.parse("b")
    assert read == ["a", "b", "c", "b"]


def test_a_cleared_cache_parses_again() -> None:
    cache: ProjectionCache = ProjectionCache(lambda text: object(), max_size=2)  # type: ignore[arg-type,return-value]
    first = cache.parse("a")

    cache.clear()

    assert cache.parse("a") is not first


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
    CACHE.clear()
    assert store.transactions.read(lambda connection: load(connection, key)) == kept
