"""What was read a moment ago: given again without reading, bounded, gone with removed words, right after a rollback."""

from __future__ import annotations

import pytest

from incident.fold.fold import apply
from incident.model.incident import Incident
from storage.record.projection import PARSED, get
from storage.record.projection_cache import ProjectionCache
from storage.store import Store
from tests.storage.story import T0, TEAM, long_script


def test_a_text_is_read_once_while_it_is_among_the_last() -> None:
    read: list[str] = []
    parsed: ProjectionCache = ProjectionCache(lambda text: read.append(text) or object(), most=2)  # type: ignore[arg-type,return-value,func-returns-value]

    first = parsed.of("a")
    assert parsed.of("a") is first
    parsed.of("b")
    parsed.of("a")
    parsed.of("c")

    assert parsed.of("a") is first
    parsed.of("b")
    assert read == ["a", "b", "c", "b"]


def test_nothing_is_kept_once_it_is_to_be_forgotten() -> None:
    parsed: ProjectionCache = ProjectionCache(lambda text: object(), most=2)  # type: ignore[arg-type,return-value]
    first = parsed.of("a")

    parsed.forget()

    assert parsed.of("a") is not first


def test_what_a_failed_transaction_folded_is_not_what_the_next_one_loads(store: Store) -> None:
    key, _ = store.recorder.transact(lambda unit: unit.new_incident(TEAM, T0))

    def write(unit, drafts, *, fails: bool) -> Incident:
        incident = unit.load(key)
        for entry in unit.append(key, drafts, T0):
            incident = apply(incident, entry)
        unit.project(incident)
        if fails:
            raise ZeroDivisionError
        return incident

    script = long_script("INC-2026-0001")
    kept = store.recorder.transact(lambda unit: write(unit, script[:3], fails=False))
    with pytest.raises(ZeroDivisionError):
        store.recorder.transact(lambda unit: write(unit, script[3:6], fails=True))

    assert store.transactions.read(lambda connection: get(connection, key)) == kept
    PARSED.forget()
    assert store.transactions.read(lambda connection: get(connection, key)) == kept
