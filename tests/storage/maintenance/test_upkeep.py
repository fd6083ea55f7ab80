"""What only helps for a while is deleted by a rule that the documents name, and a year of use leaves little of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import SQLModel

from incident.jobs import Job, JobKind
from incident.ports import Outcome
from roles.person_ids import PersonId
from storage.store import Store
from storage.tables import CONCERNED, MESSAGE_KEY
from tests.support.recorded_team import RECORD_START, TEAM, long_script, record, void_script

DOCUMENT = Path(__file__).parents[3] / "docs/reference/storage.md"
EXPIRING = ("seen", "draft", "job", "presence", "message_key", "concerned")


def rows(store: Store) -> dict[str, int]:
    """Return the number of rows of each table that expires."""
    tables = {name: SQLModel.metadata.tables[name] for name in EXPIRING}
    counted = {name: select(func.count()).select_from(table) for name, table in tables.items()}
    return store.transactions.read(lambda c: {name: c.execute(query).scalar_one() for name, query in counted.items()})


def use(store: Store, at: datetime, n: int) -> None:
    """Use the store as one day does: an incident with messages ends, jobs end, a form is refused, a process restarts."""
    key = record(store, void_script)

    def work(unit) -> None:
        unit.remember(f"request:{n}", Outcome(verb="note", key=key, at=at))
        unit.claim(key, [f"message_posted:C1:{n}", f"message_posted:C1:{n}.5"])
        unit.enqueue([Job(kind=kind, key=f"{kind}:{n}", incident=key) for kind in (JobKind.CARD, JobKind.SAY)], at)

    store.recorder.transact(work)
    store.drafts.keep(f"draft:{n}", PersonId("slack:T1:U1"), "note", {"text": "x"}, at=at)
    store.heartbeats.record(f"process:{n}", at)
    done, dead = store.jobs.claim(at, "worker", 2)
    store.jobs.complete(done, at)
    store.jobs.dead_letter(dead, "channel_not_found", at)


def test_a_year_of_use_leaves_what_the_rules_keep(store: Store) -> None:
    for n in range(24):
        at = RECORD_START + timedelta(days=15 * n)
        use(store, at, n)
        store.delete_expired(at + timedelta(hours=1))

    assert rows(store) == {"seen": 1, "draft": 1, "job": 7, "presence": 1, "message_key": 0, "concerned": 0}


def test_keys_of_messages_stay_while_an_event_may_come_again(store: Store) -> None:
    ended, still_open = record(store, void_script), record(store, long_script)
    for key in (ended, still_open):
        store.recorder.transact(lambda unit, key=key: unit.claim(key, ["message_posted:C1:1.0"]))
    keys = select(MESSAGE_KEY.c.incident)

    def stored() -> set[str]:
        return set(store.transactions.read(lambda c: c.execute(keys).scalars().all()))

    store.delete_expired(RECORD_START + timedelta(days=29))
    assert stored() == {ended.id, still_open.id}
    store.delete_expired(RECORD_START + timedelta(days=31))
    assert stored() == {still_open.id}


def test_dead_letters_of_an_open_incident_stay(store: Store) -> None:
    key = record(store, long_script)
    channel = Job(kind=JobKind.MAKE_CHANNEL, key="channel", incident=key)
    store.recorder.transact(lambda unit: unit.enqueue([channel], RECORD_START))
    store.jobs.dead_letter(store.jobs.claim(RECORD_START, "worker", 1)[0], "name_taken", RECORD_START)

    store.delete_expired(RECORD_START + timedelta(days=400))

    assert [one.job.key for one in store.jobs.dead_letters()] == ["channel"]


def test_the_document_names_every_table() -> None:
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)

    assert sorted(re.findall(r"\w+", " ".join(named))) == sorted(SQLModel.metadata.tables)


def test_an_ended_incident_concerns_no_one(store: Store) -> None:
    key = record(store, void_script)

    found = select(CONCERNED).where(CONCERNED.c.team == TEAM, CONCERNED.c.incident == key.id)
    assert store.transactions.read(lambda c: c.execute(found).all()) == []
