"""The record as commands see it, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from incident.entries import KINDS
from incident.entries.conversation import MessagePosted, Noted
from incident.entry import IncidentKey, workspace_chain
from incident.fold.fold import fold
from incident.frozen import REDACTED
from incident.ports import Outcome, UnitOfWork
from storage.errors import BrokenRow
from storage.store import Store, open_store
from tests.storage.golden.released import unreleased_kinds
from tests.support.open_incidents import open_incidents
from tests.support.recorded_team import (
    ADA,
    BEN,
    CHANNEL,
    RECORD_START,
    SECRET,
    TEAM,
    at,
    declared,
    draft,
    long_script,
    record,
    record_all,
    refuse,
    step,
    ts,
)
from tests.support.recorded_workspace import told_of_keeping


def entries(store: Store, key: IncidentKey):
    return store.recorder.read(lambda reader: reader.entries(key))


def test_appended_entries_are_read_back_unchanged(store: Store) -> None:
    key = record(store, long_script)

    read = entries(store, key)

    wanted = long_script("INC-2026-0001")
    assert [e.n for e in read] == list(range(1, len(wanted) + 1))
    assert [(e.by, e.occurred_at, e.source) for e in read] == [(d.by, d.occurred_at, d.source) for d in wanted]
    assert [e.fact for e in read if not e.redacted] == [
        d.fact for d, e in zip(wanted, read, strict=True) if not e.redacted
    ]
    assert sum(e.redacted for e in read) == 3


def test_the_story_has_an_entry_of_every_kind(store: Store) -> None:
    record_all(store)
    store.checkpoints.take(RECORD_START, None)

    kinds = {kind for key in store.queries.chain_keys() for kind in store.queries.entry_counts(key)}

    elsewhere = {"policy_activated", *(one.fact.kind for one in told_of_keeping())}
    assert {kind for kind, _ in KINDS} - kinds - unreleased_kinds() == elsewhere


def test_the_projection_row_equals_the_fold_of_the_entries(store: Store) -> None:
    key = record(store, long_script)

    peeked = store.recorder.read(lambda reader: reader.peek(key))

    assert peeked == fold(entries(store, key))


def test_a_work_that_raises_leaves_nothing(store: Store) -> None:
    def fail(unit: UnitOfWork) -> None:
        key, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, key, draft(declared(number)))
        raise LookupError("halfway")

    with pytest.raises(LookupError, match="halfway"):
        store.recorder.transact(fail)

    assert store.queries.chain_keys() == ()


def test_numbers_have_no_gap_when_a_declaration_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        store.recorder.transact(lambda unit: (unit.new_incident(TEAM, RECORD_START), 1 // 0))

    numbers = [store.recorder.transact(lambda unit: unit.new_incident(TEAM, RECORD_START)[1]) for _ in range(2)]

    assert numbers == ["INC-2026-0001", "INC-2026-0002"]


def test_numbers_restart_each_year_and_for_each_team(store: Store) -> None:
    def take(team: str, days: int) -> str:
        return store.recorder.transact(lambda unit: unit.new_incident(team, RECORD_START + timedelta(days=days))[1])

    assert [take("T1", 0), take("T2", 0), take("T1", 400), take("T1", 0)] == [
        "INC-2026-0001",
        "INC-2026-0001",
        "INC-2027-0001",
        "INC-2026-0002",
    ]


def test_recorded_at_never_runs_backwards(store: Store) -> None:
    chain = workspace_chain(TEAM)
    refuse(store, minutes=10)
    refuse(store, minutes=3)

    assert [e.recorded_at for e in entries(store, chain)] == [at(10), at(10)]
    assert [e.occurred_at for e in entries(store, chain)] == [at(10), at(3)]


def test_an_outcome_is_stored_under_its_key(store: Store) -> None:
    outcome = Outcome(verb="note", key=IncidentKey(TEAM, "X"), number="INC-2026-0001", first=1, last=2, at=RECORD_START)

    store.recorder.transact(lambda unit: unit.remember("Ev1", outcome))

    assert store.recorder.transact(lambda unit: unit.remembered("Ev1")) == outcome
    assert store.recorder.transact(lambda unit: unit.remembered("Ev2")) is None


def test_outcomes_expire_after_two_days(store: Store) -> None:
    for hours, key in ((0, "old"), (47, "new")):
        outcome = Outcome(verb="note", at=RECORD_START + timedelta(hours=hours))
        store.recorder.transact(lambda unit, key=key, outcome=outcome: unit.remember(key, outcome))

    store.delete_expired(RECORD_START + timedelta(hours=49))

    assert store.recorder.transact(lambda unit: unit.remembered("old")) is None
    assert store.recorder.transact(lambda unit: unit.remembered("new")) is not None


@pytest.mark.parametrize("column", ["service", "state"])
def test_a_row_that_no_muster_wrote_is_refused_with_what_to_do(sqlite_store: Store, column: str) -> None:
    key = record_all(sqlite_store)[0]
    broken = text(f"UPDATE incident SET {column} = x'00ff' WHERE incident = :one")
    sqlite_store.transactions.write(lambda connection: connection.execute(broken, {"one": key.id}).rowcount)

    with pytest.raises(BrokenRow, match=f"incident '{key.id}' has a value of another form; run `muster rebuild`"):
        sqlite_store.queries.incidents(TEAM)


def test_incidents_are_found_by_number_and_by_channel_within_their_team(store: Store) -> None:
    first, second, third = record_all(store)

    def find(team: str, **by: str) -> IncidentKey | None:
        return store.recorder.read(lambda reader: reader.find(team, **by))

    assert find(TEAM, number="INC-2026-0002") == second
    assert find(TEAM, channel=CHANNEL) == first
    assert find("T2", number="INC-2026-0002") is None
    assert find(TEAM) is None
    assert [i.key for i in store.recorder.read(lambda reader: open_incidents(reader, TEAM))] == [first]
    assert [i.key for i in store.queries.incidents(TEAM, is_over=True)] == [third, second]


def test_a_message_gives_every_entry_about_it_in_order(store: Store) -> None:
    key = record(store, long_script)

    about = store.recorder.read(lambda reader: reader.message(key, CHANNEL, ts(10)))

    assert [e.fact.kind for e in about] == [
        "message_posted",
        "message_pinned",
        "message_edited",
        "pin_removed",
        "masked",
        "redacted",
    ]
    declaring = store.recorder.read(lambda reader: reader.message(key, "C0GEN", ts(0)))
    assert [e.fact.kind for e in declaring] == ["declared"]


def test_entries_can_be_read_by_kind_and_from_a_number_on(store: Store) -> None:
    key = record(store, long_script)

    notes = store.recorder.read(lambda reader: reader.entries(key, kinds=("decision_made", "corrected")))
    rest = store.recorder.read(lambda reader: reader.entries(key, after=notes[0].n))

    assert [e.fact.kind for e in notes] == ["corrected", "decision_made"]
    assert rest[0].n == notes[0].n + 1


def test_a_redaction_removes_text_from_entries_and_projection(store: Store) -> None:
    key = record(store, long_script)

    read = entries(store, key)
    redacted = [e for e in read if e.redacted]

    assert [e.fact.text for e in redacted] == [REDACTED] * 3
    assert [e.fact.channel for e in redacted] == [CHANNEL] * 3
    row = store.recorder.read(lambda reader: reader.peek(key))
    assert SECRET not in row.model_dump_json()
    assert SECRET not in str(store.queries.rows(key))


def test_a_projection_saved_after_a_redaction_cannot_restore_the_text(store: Store) -> None:
    from incident.entries.conversation import ActionOpened, Redacted

    def begin(unit: UnitOfWork) -> IncidentKey:
        key, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, key, draft(declared(number)))
        action = ActionOpened(id="A1", text=SECRET, assignee=ADA, channel=CHANNEL, ts=ts(1))
        step(unit, key, draft(action))
        # `step` projects the incident as it was folded in memory, which still holds the words.
        step(unit, key, draft(Redacted(channel=CHANNEL, ts=ts(1), entries=(2,), reason="Secret")))
        return key

    key = store.recorder.transact(begin)

    row = store.recorder.read(lambda reader: reader.peek(key))
    assert row.actions[0].text == REDACTED


def test_redaction_also_clears_outcomes_and_drafts(store: Store) -> None:
    from incident.entries.conversation import Redacted

    def begin(unit: UnitOfWork) -> IncidentKey:
        key, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, key, draft(declared(number)))
        step(unit, key, draft(MessagePosted(channel=CHANNEL, ts=ts(1), author=ADA, text=SECRET)))
        unit.remember("k", Outcome(verb="note", key=key, facts=(("text", SECRET),), at=RECORD_START))
        return key

    key = store.recorder.transact(begin)
    store.drafts.keep("mine", ADA, "note", {"text": f"I wrote {SECRET} here"}, at=RECORD_START)
    store.drafts.keep("other", BEN, "note", {"text": "Nothing to see"}, at=RECORD_START)
    store.recorder.transact(
        lambda unit: step(unit, key, draft(Redacted(channel=CHANNEL, ts=ts(1), entries=(2,), reason="Secret")))
    )

    assert store.drafts.fetch("mine") is None
    assert store.drafts.fetch("other").fields == {"text": "Nothing to see"}
    assert store.recorder.transact(lambda unit: unit.remembered("k")).facts == ()


def test_text_without_a_redaction_stays(store: Store) -> None:
    key = record(store, long_script)

    with pytest.raises(Exception, match="words go only where a redaction names their entry"):
        store.recorder.transact(lambda unit: unit.delete_text(key, [1]))

    assert entries(store, key)[0].fact.title == "Payments fail"


def test_two_writers_of_one_chain_take_turns(store: Store) -> None:
    key = record(store, lambda number: long_script(number)[:1])

    def write(count: int) -> None:
        for _ in range(count):
            store.recorder.transact(lambda unit: step(unit, key, draft(Noted(text="n"))))

    threads = [threading.Thread(target=write, args=(15,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row = store.recorder.read(lambda reader: reader.peek(key))
    assert row.n == 61
    assert row == fold(entries(store, key))


def test_two_declarations_at_once_get_two_numbers(store: Store) -> None:
    numbers: list[str] = []

    def declare() -> None:
        numbers.append(store.recorder.transact(lambda unit: unit.new_incident(TEAM, RECORD_START)[1]))

    threads = [threading.Thread(target=declare) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == [f"INC-2026-{n:04d}" for n in range(1, 9)]


def test_one_key_at_the_same_time_is_done_once(store: Store) -> None:
    done: list[int] = []

    def work(unit: UnitOfWork) -> None:
        if unit.remembered("Ev1") is None:
            done.append(1)
            unit.remember("Ev1", Outcome(verb="note", at=RECORD_START))

    threads = [threading.Thread(target=store.recorder.transact, args=(work,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert done == [1]


def test_a_row_of_another_release_is_folded_again(store: Store) -> None:
    key = record(store, long_script)
    store.transactions.write(
        lambda c: c.exec_driver_sql("UPDATE incident SET shape = 'older', folded = '{\"gone\": true}'").rowcount
    )

    assert store.recorder.read(lambda reader: reader.peek(key)) == fold(entries(store, key))


def test_two_processes_on_one_sqlite_file_take_turns(sqlite_store: Store, sqlite_url: str) -> None:
    """The command line writes while the service runs; neither sees `database is locked`."""
    key = record(sqlite_store, lambda number: long_script(number)[:1])

    def write(store: Store) -> None:
        for _ in range(20):
            store.recorder.transact(lambda unit: step(unit, key, draft(Noted(text="n"))))

    with open_store(sqlite_url, team=TEAM) as other:
        threads = [threading.Thread(target=write, args=(store,)) for store in (sqlite_store, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sqlite_store.recorder.read(lambda reader: reader.peek(key)).n == 41


def test_deadlocked_transactions_are_retried(postgres_url: str) -> None:
    """PostgreSQL ends one of the two; its work is run again, and both are on the record."""
    with open_store(postgres_url, team=TEAM) as store:
        keys = [record(store, lambda number: long_script(number)[:1]) for _ in range(2)]
        both_hold_one = threading.Barrier(2, timeout=20)
        runs: list[int] = []

        def cross(first: IncidentKey, second: IncidentKey) -> None:
            waited: list[int] = []

            def work(unit: UnitOfWork) -> None:
                runs.append(1)
                unit.load(first)
                if not waited:
                    waited.append(1)
                    both_hold_one.wait()
                step(unit, second, draft(Noted(text="crossed")))

            store.recorder.transact(work)

        threads = [threading.Thread(target=cross, args=pair) for pair in (keys, keys[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # A retry can lock before the other transaction wakes, and deadlock with it once more.
        assert len(runs) in (3, 4, 5)
        assert [len(entries(store, key)) for key in keys] == [2, 2]
