"""What verification reports beyond tampering: nothing, missing triggers, rows to rebuild, entries of a newer release."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from incident.entries.conversation import Noted
from incident.entry import workspace_chain
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.verification import verify
from storage.store import Store
from storage.tables import CHAIN, ENTRY, INCIDENT
from storage.triggers import record_triggers
from tests.support.recorded_team import TEAM, draft, long_script, record, record_all, refuse, step
from tests.support.tampered_database import TamperedDatabase, owner


def test_an_empty_record_is_sound(store: Store) -> None:
    report = verify(store)

    assert report.is_sound
    assert (report.chains, report.entries, report.checkpoints) == (0, 0, 0)


def test_a_sound_record_is_counted(store: Store) -> None:
    keys = record_all(store)

    report = verify(store)

    assert report.is_sound
    assert report.chains == len(keys) + 1
    assert report.entries == sum(len(store.queries.rows(key)) for key in [*keys, workspace_chain(TEAM)])


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (update(INCIDENT).values(folded="{}"), "the projection differs from the fold of its entries"),
        (update(INCIDENT).values(n=3), "the projection differs from the fold of its entries"),
        (delete(INCIDENT), "the projection differs from the fold of its entries"),
        (update(CHAIN).values(head="x"), "the row of the chain's head is wrong"),
        (update(CHAIN).values(n=3), "the row of the chain's head is wrong"),
        (delete(CHAIN), "the row of the chain's head is missing"),
    ],
)
def test_derived_rows_can_be_rebuilt_and_are_distinguished_from_tampering(store: Store, statement, what: str) -> None:
    key = record(store, lambda number: long_script(number)[:20])
    store.transactions.write(lambda connection: connection.execute(statement).rowcount)

    problems = [p for p in verify(store).problems if p.key == key]

    assert [(p.kind, p.what) for p in problems] == [("rebuild", what)]
    assert rebuild(store) == (key,)
    assert verify(store).is_sound
    refuse(store)
    store.recorder.transact(lambda unit: step(unit, key, draft(Noted(text="goes on"), minutes=30)))
    assert verify(store).is_sound


def test_a_chain_that_was_tampered_with_is_not_made_to_agree(sqlite_store: Store) -> None:
    key = record(sqlite_store, long_script)
    lines = sqlite_store.queries.rows(key)
    wordless = [line.n for line in lines if line.words is None][-2]
    sqlite_store.transactions.write(record_triggers.drop)
    sqlite_store.transactions.write(lambda c: c.execute(delete(ENTRY).where(ENTRY.c.n == wordless)).rowcount)
    sqlite_store.transactions.write(lambda c: c.execute(update(INCIDENT).values(state="x")).rowcount)

    assert rebuild(sqlite_store) == ()

    assert verify(sqlite_store).is_tampered
    assert len(sqlite_store.queries.rows(key)) == len(lines) - 1


def test_a_row_of_another_release_is_no_problem(store: Store) -> None:
    record(store, long_script)
    store.transactions.write(lambda c: c.execute(update(INCIDENT).values(shape="older", folded="{}")).rowcount)

    assert verify(store).is_sound


def test_an_entry_of_a_newer_release_is_named(sqlite_store: Store) -> None:
    key = record(sqlite_store, long_script)
    with owner(sqlite_store) as connection:
        tamperer = TamperedDatabase(connection, key)
        line = tamperer.lines[-1]
        from incident.record.hash_chain import digest

        text = line.text.replace(f'"kind":"{line.kind}"', '"kind":"from_the_future"')
        tamperer.set_entry(line.n, text=text, hash=digest(text), kind="from_the_future")

        (problem,) = (p for p in tamperer.report().problems if p.key == key)

    assert problem.n == line.n
    assert "cannot be read by this Muster" in problem.what


def test_a_record_without_triggers_is_not_sound(store: Store) -> None:
    record_all(store)
    store.transactions.write(record_triggers.drop)

    report = verify(store)

    assert not report.is_sound
    assert not report.is_tampered
    assert [p.kind for p in report.problems] == ["triggers"]
