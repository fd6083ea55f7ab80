"""After a redaction the text is nowhere in the database file, its log or its indexes."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection

from incident.entries.conversation import ActionOpened, MessagePosted, Redacted
from incident.entry import IncidentKey
from incident.ports import Outcome, UnitOfWork
from storage.maintenance.verification import verify
from storage.store import Store, open_store
from tests.support.recorded_team import ADA, CHANNEL, RECORD_START, SECRET, TEAM, declared, draft, step, ts

FILES = ("muster.db", "muster.db-wal", "muster.db-shm")


def bytes_of(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in FILES if (folder / name).exists())


def tell(store: Store, count: int) -> IncidentKey:
    """Write the text into every second message and an action, among much else, so that pages split and fill."""

    def begin(unit: UnitOfWork) -> IncidentKey:
        key, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, key, draft(declared(number)))
        return key

    key = store.recorder.transact(begin)
    for n in range(count):
        text = f"{SECRET} {'long ' * (n * 7 % 900)}" if n % 2 else f"harmless {'words ' * (n * 11 % 500)}"
        fact = MessagePosted(channel=CHANNEL, ts=ts(n), author=ADA, text=text)
        store.recorder.transact(lambda unit, fact=fact: step(unit, key, draft(fact)))
    action = ActionOpened(id="A1", text=SECRET, assignee=ADA, channel=CHANNEL, ts=ts(1))
    store.recorder.transact(lambda unit: step(unit, key, draft(action)))
    outcome = Outcome(verb="action", key=key, facts=(("text", SECRET),), at=RECORD_START)
    store.recorder.transact(lambda unit: unit.remember("Ev1", outcome))
    store.drafts.keep("Ev1", ADA, "action", {"text": SECRET}, at=RECORD_START)
    return key


def redact(store: Store, key: IncidentKey, numbers: tuple[int, ...]) -> None:
    fact = Redacted(channel=CHANNEL, ts=ts(1), entries=numbers, reason="A password")
    store.recorder.transact(lambda unit: step(unit, key, draft(fact)))


def secret_entries(count: int) -> tuple[int, ...]:
    return (*(n + 2 for n in range(count) if n % 2), count + 2)


def test_redacted_text_leaves_the_file_while_it_is_in_use(sqlite_store: Store, tmp_path: Path) -> None:
    key = tell(sqlite_store, 60)
    assert SECRET.encode() in bytes_of(tmp_path)

    redact(sqlite_store, key, secret_entries(60))

    deadline = time.monotonic() + 20
    while SECRET.encode() in bytes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert SECRET.encode() not in bytes_of(tmp_path)
    assert b"harmless" in bytes_of(tmp_path)
    assert verify(sqlite_store).is_sound


def test_redacted_text_leaves_the_log_even_after_a_reader_held_it(sqlite_store: Store, tmp_path: Path) -> None:
    key = tell(sqlite_store, 6)
    with sqlite_store.engine.connect() as reading, reading.begin():
        reading.exec_driver_sql("SELECT count(*) FROM body").scalar_one()
        redact(sqlite_store, key, secret_entries(6))
        assert SECRET.encode() in bytes_of(tmp_path), "the reader still sees the state before"

    deadline = time.monotonic() + 20
    while SECRET.encode() in bytes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert SECRET.encode() not in bytes_of(tmp_path)


def test_without_secure_delete_the_text_would_stay(sqlite_url: str, tmp_path: Path) -> None:
    """Shows that the tests above bite."""
    with open_store(sqlite_url, team=TEAM) as store:
        key = tell(store, 60)

        def careless(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")

        store.transactions.write(careless)
        redact(store, key, secret_entries(60))

    assert SECRET.encode() in bytes_of(tmp_path)


def test_the_rows_hold_no_word_on_either_database(store: Store) -> None:
    key = tell(store, 10)

    redact(store, key, secret_entries(10))

    def everything(connection: Connection) -> str:
        names = ("entry", "body", "incident", "seen", "draft", "job")
        return "".join(str(connection.exec_driver_sql(f"SELECT * FROM {name}").all()) for name in names)

    assert SECRET not in store.transactions.read(everything)
    assert verify(store).is_sound


def test_text_quoted_by_the_declaration_is_found_by_its_message_and_deleted(store: Store) -> None:
    def begin(unit: UnitOfWork) -> IncidentKey:
        key, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, key, draft(declared(number, title=SECRET)))
        return key

    key = store.recorder.transact(begin)
    found = store.recorder.read(lambda reader: reader.message(key, "C0GEN", ts(0)))
    assert [entry.n for entry in found] == [1]

    fact = Redacted(channel="C0GEN", ts=ts(0), entries=(1,), reason="A password")
    store.recorder.transact(lambda unit: step(unit, key, draft(fact)))

    incident = store.recorder.read(lambda reader: reader.peek(key))
    assert incident is not None
    assert SECRET not in incident.model_dump_json()
    assert verify(store).is_sound
