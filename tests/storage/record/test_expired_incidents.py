"""Incidents past their retention period are deleted whole; a tombstone stays that verification can follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from incident.entries.integrity import Preserved, Retired
from incident.entry import IncidentKey, workspace_chain
from storage.integrity.signing_keys import Signer, new_key
from storage.jobs.job_table import JOB
from storage.maintenance.verification import verify
from storage.record.projections.projection import load
from storage.store import Store
from storage.tables import BODY, CHAIN, DRAFT, ENTRY, INCIDENT, MESSAGE_KEY, SEEN
from tests.support.policies import small_policy
from tests.support.recorded_team import (
    CYD,
    SECRET,
    TEAM,
    at,
    draft,
    drill_script,
    record,
    record_all,
    refuse,
    step,
    void_script,
)
from tests.support.tampered_database import TamperedDatabase, owner

POLICY = small_policy()
HASH = "p" * 64
LATER = at(0).replace(year=2029) + timedelta(days=1)
SOON = at(0) + timedelta(days=30)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return new_key(tmp_path / "key.pem")


def hold(store: Store, key: IncidentKey, on: bool) -> None:
    fact = Preserved(on=on, reason="Claim 17")
    store.recorder.transact(lambda unit: step(unit, key, draft(fact, by=CYD, minutes=500)))


def tombstones(store: Store) -> list[Retired]:
    chain = workspace_chain(TEAM)
    entries = store.recorder.read(lambda reader: reader.entries(chain, kinds=("retired",)))
    return [entry.fact for entry in entries]


def stored(store: Store, key: IncidentKey) -> dict[str, int]:
    """Count the rows of a chain by table, without its checkpoint leaves."""
    counts = {}
    for table in (ENTRY, BODY, CHAIN, INCIDENT, MESSAGE_KEY, SEEN, DRAFT, JOB):
        mine = select(func.count()).select_from(table).where(table.c.incident == key.id)
        counts[table.name] = store.transactions.read(lambda c, mine=mine: c.execute(mine).scalar_one())
    return {name: count for name, count in counts.items() if count}


def test_an_expired_incident_is_deleted_and_an_open_one_stays(store: Store, signer: Signer) -> None:
    opened, void, drill = record_all(store)
    store.checkpoints.take(at(600), signer)
    before = {key: store.queries.rows(key)[-1] for key in (void, drill)}

    gone = store.retention.delete_expired(POLICY, HASH, LATER)

    assert [one.key for one in gone] == [void, drill]
    assert [stored(store, key) for key in (void, drill)] == [{}, {}]
    assert len(store.queries.rows(opened)) > 70
    assert [(t.incident, t.number, t.entries, t.head) for t in tombstones(store)] == [
        (key.id, number, before[key].n, before[key].hash)
        for key, number in ((void, "INC-2026-0002"), (drill, "INC-2026-0003"))
    ]
    assert {(t.years, t.policy_hash, t.ended_at) for t in tombstones(store)} == {(3, HASH, at(2)), (3, HASH, at(3))}
    assert store.retention.delete_expired(POLICY, HASH, LATER) == ()


def test_the_record_is_sound_afterwards_against_published_checkpoints_too(store: Store, signer: Signer) -> None:
    keys = record_all(store)
    store.checkpoints.take(at(600), signer)
    left = [*store.checkpoints.all(), *(store.checkpoints.proof(key) for key in keys)]
    store.retention.delete_expired(POLICY, HASH, LATER)
    refuse(store, minutes=700)

    report = verify(store, published=left, public_key=signer.public_key)

    assert report.problems == ()
    assert (report.retired, report.trusted.seq) == (2, 1)
    store.checkpoints.take(LATER, signer)
    assert verify(store, published=left).trusted.seq == 2


def test_incidents_within_their_retention_period_stay(store: Store, signer: Signer) -> None:
    record_all(store)
    store.checkpoints.take(at(600), signer)

    assert store.retention.delete_expired(POLICY, HASH, LATER.replace(year=2028)) == ()
    assert store.retention.delete_expired(small_policy(retention={"default": None}), HASH, LATER) == ()
    assert tombstones(store) == []


def test_legal_hold_keeps_it_until_it_is_lifted(store: Store, signer: Signer) -> None:
    key = record(store, void_script)
    hold(store, key, on=True)
    store.checkpoints.take(at(600), signer)

    assert store.retention.expired(POLICY, LATER) == ()
    assert store.retention.delete_expired(POLICY, HASH, LATER) == ()
    hold(store, key, on=False)
    store.checkpoints.take(at(601), signer)
    assert [one.number for one in store.retention.delete_expired(POLICY, HASH, LATER)] == ["INC-2026-0001"]
    assert verify(store).is_sound


def test_an_expired_incident_awaits_a_checkpoint_of_its_last_entry(store: Store, signer: Signer) -> None:
    key = record(store, void_script)

    assert [one.awaits for one in store.retention.expired(POLICY, LATER)] == [True]
    assert store.retention.delete_expired(POLICY, HASH, LATER) == ()
    assert stored(store, key)["entry"] == 3
    store.checkpoints.take(LATER, signer)
    assert len(store.retention.delete_expired(POLICY, HASH, LATER)) == 1


def test_a_dry_run_names_the_expired_incidents_and_deletes_nothing(store: Store) -> None:
    record_all(store)

    due = store.retention.expired(POLICY, LATER)

    assert [(one.number, one.term.kept_until) for one in due] == [
        ("INC-2026-0002", at(2).replace(year=2029)),
        ("INC-2026-0003", at(3).replace(year=2029)),
    ]
    assert tombstones(store) == []


def test_redacted_text_is_not_in_the_file(sqlite_store: Store, tmp_path: Path, signer: Signer) -> None:
    def whispering(number: str):
        first, *rest = void_script(number)
        return [first.model_copy(update={"fact": first.fact.model_copy(update={"symptom": SECRET})}), *rest]

    record(sqlite_store, whispering)
    sqlite_store.checkpoints.take(at(600), signer)
    sqlite_store.retention.delete_expired(POLICY, HASH, LATER)
    sqlite_store.close()

    files = [path for path in tmp_path.iterdir() if path.name.startswith("muster.db")]
    assert files
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []


def test_the_triggers_allow_the_deletion_of_exactly_the_chain_a_tombstone_names(store: Store, signer: Signer) -> None:
    opened, void, _ = record_all(store)
    store.checkpoints.take(at(600), signer)

    def remove(key: IncidentKey) -> None:
        def work(connection) -> int:
            for table in (BODY, ENTRY):
                connection.execute(delete(table).where(table.c.incident == key.id))
            return 0

        store.transactions.write(work)

    for key in (opened, void):
        with pytest.raises(DBAPIError, match=r"tombstone"):
            remove(key)
    store.retention.delete_expired(POLICY, HASH, LATER)
    with pytest.raises(DBAPIError, match=r"tombstone"):
        remove(opened)
    with pytest.raises(DBAPIError, match=r"tombstone"):
        remove(workspace_chain(TEAM))


@pytest.mark.parametrize(
    ("harm", "kind", "says"),
    [
        ("vanished", "truncated", "entry 4 is missing: checkpoint 1 covers it"),
        ("forged", "tampered", "no checkpoint covers the end of INC-2026-0002 that its tombstone names"),
        ("early", "tampered", "INC-2026-0002 was deleted before its retention period had passed"),
    ],
)
def test_a_chain_that_went_otherwise_is_found(store: Store, signer: Signer, harm: str, kind: str, says: str) -> None:
    _, void, drill = record_all(store)
    store.checkpoints.take(at(600), signer)
    with owner(store) as connection:
        tamperer = TamperedDatabase(connection, drill)
        if harm == "vanished":
            for table in (BODY, ENTRY, CHAIN, INCIDENT):
                connection.execute(delete(table).where(table.c.incident == drill.id))
        else:
            _bury(tamperer, void, forged=harm == "forged", at=LATER if harm == "forged" else SOON)

        found = [(p.kind, p.what) for p in tamperer.report().problems]

    assert (kind, says) in found


def _bury(tamperer: TamperedDatabase, key: IncidentKey, *, forged: bool, at: datetime) -> None:
    """Delete a chain under a forged tombstone."""
    from storage.record import chain_writer
    from storage.record.expired_incidents import _find_expired, _tombstone

    connection = tamperer.connection
    (expired,) = (one for one in _find_expired(connection, TEAM, POLICY, LATER) if one.key == key)
    head = chain_writer.lock(connection, key)
    fact = _tombstone(load(connection, key), head, expired.term, POLICY, HASH)
    fact = fact.model_copy(update={"head": "f" * 64}) if forged else fact
    chain_writer.append(connection, workspace_chain(TEAM), [draft(fact)], at)
    for table in (BODY, ENTRY, CHAIN, INCIDENT):
        connection.execute(delete(table).where(table.c.incident == key.id))


def test_a_row_left_of_a_deleted_chain_is_found(store: Store, signer: Signer) -> None:
    key = record(store, void_script)
    store.checkpoints.take(at(600), signer)
    with owner(store) as connection:
        kept = connection.execute(select(ENTRY).where(ENTRY.c.incident == key.id, ENTRY.c.n == 1)).mappings().one()
        _bury(TamperedDatabase(connection, key), key, forged=False, at=LATER)
        connection.execute(ENTRY.insert().values(**kept))

        found = [p.what for p in TamperedDatabase(connection, workspace_chain(TEAM)).report().problems]

    assert "INC-2026-0001 was deleted by retention, and rows of it are still stored" in found


@pytest.mark.parametrize("team", [TEAM, ""])
def test_outcomes_of_a_deleted_incident_are_deleted_too(store: Store, signer: Signer, team: str) -> None:
    key = record(store, drill_script)
    store.checkpoints.take(at(600), signer)
    seen = SEEN.insert().values(team=team, key="k", incident=key.id, at=LATER, outcome="{}")
    store.transactions.write(lambda c: c.execute(seen).rowcount)
    assert stored(store, key)["seen"] == 1

    store.retention.delete_expired(POLICY, HASH, LATER)

    assert stored(store, key) == {}
