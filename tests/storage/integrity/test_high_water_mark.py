"""What this machine saw of the record, outside the database: lost and rewritten entries are noticed, and never signed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from incident.entries.conversation import Noted
from incident.entry import IncidentKey, workspace_chain
from incident.record.hash_chain import digest
from storage.errors import RewrittenRecord
from storage.integrity.high_water_mark import FILE, HighWaterMark, read_mark
from storage.integrity.signing_keys import Signer, new_key
from storage.maintenance.verification import VerificationEvidence, verify, verify_with
from storage.record.projections import projection
from storage.store import Store, open_store
from storage.tables import BODY, CHAIN, CHECKPOINT, CHECKPOINT_LEAF, ENTRY
from storage.triggers import record_triggers
from tests.support.recorded_team import TEAM, at, draft, long_script, record, refuse, step


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return new_key(tmp_path / "key.pem")


def note(store: Store, key: IncidentKey, *words: str) -> None:
    for minute, word in enumerate(words, start=30):
        one = draft(Noted(text=word), minutes=minute)
        store.recorder.transact(lambda unit, one=one: step(unit, key, one))


def lose(store: Store, key: IncidentKey, after: int) -> None:
    """Bring the chain back to entry `after`, as a standby that lagged behind has it."""

    def work(connection) -> int:
        record_triggers.drop(connection)
        for table in (BODY, ENTRY):
            connection.execute(delete(table).where(table.c.incident == key.id, table.c.n > after))
        if after == 0:
            return connection.execute(delete(CHAIN).where(CHAIN.c.incident == key.id)).rowcount
        last = connection.execute(select(ENTRY).where(ENTRY.c.incident == key.id, ENTRY.c.n == after)).one()
        head = {"n": after, "head": last.hash, "checkpointed": after}
        connection.execute(update(CHAIN).where(CHAIN.c.incident == key.id).values(**head))
        projection.save(connection, projection.refold(connection, key))
        return 0

    store.transactions.write(work)


def compared(store: Store) -> list[tuple[str, str]]:
    mark = store.high_water_mark
    seen = mark.mark
    found = store.transactions.read(lambda connection: mark.advance(connection, seen))
    return [(one.kind, one.what) for one in found]


@pytest.fixture
def key(store: Store) -> IncidentKey:
    key = record(store, lambda number: long_script(number)[:12])
    assert compared(store) == []
    return key


def test_entries_that_a_promoted_standby_lacks_are_noticed(store: Store, key: IncidentKey) -> None:
    note(store, key, "one", "two")

    lose(store, key, 12)

    assert compared(store) == [("truncated", "entry 14, which this machine saw, is missing; the chain ends at 12")]
    assert store.high_water_mark.problems
    with pytest.raises(RewrittenRecord, match="entry 14, which this machine saw, is missing"):
        store.checkpoints.take(at(200), None)


def test_entries_that_are_lost_are_noticed_though_the_chain_grew_again(store: Store, key: IncidentKey) -> None:
    note(store, key, "one")
    assert compared(store) == []
    lose(store, key, 12)

    note(store, key, "other", "more", "and more")

    assert compared(store) == [("tampered", "entry 13 differs from the one that this machine saw")]


def test_a_declaration_that_is_lost_is_noticed(store: Store) -> None:
    key = record(store, lambda number: long_script(number)[:12])

    lose(store, key, 0)

    assert {kind for kind, _ in compared(store)} == {"truncated"}


def test_a_rewritten_history_without_its_checkpoints_is_not_signed(
    store: Store, key: IncidentKey, signer: Signer, tmp_path: Path
) -> None:
    store.high_water_mark.open(tmp_path)
    store.checkpoints.take(at(200), signer)
    refuse(store, minutes=201)
    store.checkpoints.take(at(202), signer)

    def work(connection) -> int:
        for table in (CHECKPOINT_LEAF, CHECKPOINT):
            connection.execute(delete(table))
        connection.execute(text("UPDATE chain SET checkpointed = 0"))
        return 0

    store.transactions.write(work)

    with pytest.raises(RewrittenRecord, match="which this machine saw, is missing"):
        store.checkpoints.take(at(203), signer)
    report = verify_with(store, VerificationEvidence(mark=store.high_water_mark.mark))
    assert any(one.what.endswith("which this machine saw, is missing") for one in report.problems)


def test_a_chain_that_lost_what_the_last_checkpoint_covers_is_not_signed(
    store: Store, key: IncidentKey, signer: Signer
) -> None:
    """Another process than the one that saw it: its mark is empty."""
    store.checkpoints.take(at(200), signer)
    lose(store, key, 10)
    with open_store(store.engine.url.render_as_string(hide_password=False), team=TEAM) as other:
        note(other, key, "one", "two", "three")

        with pytest.raises(RewrittenRecord, match=f"entry 12 of {key.id} is not the one"):
            other.checkpoints.take(at(201), signer)


def test_the_mark_is_there_for_the_next_process_and_for_no_other_person(
    sqlite_store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    sqlite_store.high_water_mark.open(tmp_path / "spool")
    key = record(sqlite_store, lambda number: long_script(number)[:12])
    sqlite_store.close()
    file = tmp_path / "spool" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    with open_store(sqlite_url, team=TEAM) as store:
        store.high_water_mark.open(tmp_path / "spool")
        lose(store, key, 5)
        assert compared(store) == [("truncated", "entry 12, which this machine saw, is missing; the chain ends at 5")]


def test_a_checkpoint_speaks_for_the_entries_under_it(store: Store, key: IncidentKey, signer: Signer) -> None:
    taken = store.checkpoints.take(at(200), signer)

    assert compared(store) == []

    mark = store.high_water_mark.mark
    assert (mark.seq, mark.statement, mark.heads) == (taken.seq, digest(taken.statement), ())


@pytest.mark.parametrize("content", ["", "[]", "{", '{"seq": "x"}', "\x00"])
def test_a_file_that_is_no_mark_is_not_used(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    mark = HighWaterMark(TEAM)

    mark.open(tmp_path)

    assert read_mark(tmp_path / FILE) is None
    assert mark.mark.heads == ()


def test_a_chain_that_did_not_grow_is_not_read_again(store: Store, key: IncidentKey, signer: Signer) -> None:
    first = store.checkpoints.take(at(200), signer)
    other = record(store, lambda number: long_script(number)[:12])
    store.checkpoints.take(at(202), signer)

    report = verify_with(store, VerificationEvidence(since=first.seq))

    assert report.is_sound
    assert (report.unchanged, report.entries, report.chains) == (1, verify(store).entries, 3)
    assert verify_with(store, VerificationEvidence(since=2)).unchanged == 2
    lose(store, other, 11)
    problems = verify_with(store, VerificationEvidence(since=2)).problems
    assert {one.key for one in problems if one.kind == "truncated"} == {other}
    assert workspace_chain(TEAM) not in {one.key for one in problems}
