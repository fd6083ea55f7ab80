"""SQLite looks things up where it would by itself walk a whole chain, or all incidents: what is asked for each message."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from incident.entry import IncidentKey
from incident.ports import Reader
from storage.store import Store, open_store

KEY = IncidentKey("T1", "01KTNXFC70Z3RFEQ21C35Z7WJ3")
TS = "1780999500.000100"


@pytest.fixture
def store(sqlite_template: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{sqlite_template}", team="T1") as opened:
        yield opened


def plan_of(store: Store, ask: Callable[[Reader], object]) -> list[str]:
    """Say how SQLite goes about what is asked."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    store.recorder.read(ask)
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
    ],
    ids=["about a message", "who holds a message", "of some kinds", "by channel", "by number"],
)
def test_what_is_asked_for_each_message_is_looked_up(store: Store, ask: Callable[[Reader], object], index: str) -> None:
    plan = plan_of(store, ask)

    assert [line for line in plan if index in line], plan
