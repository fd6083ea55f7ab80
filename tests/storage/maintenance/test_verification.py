"""What verification reports beyond tampering: nothing, missing triggers, rows to rebuild, entries of a newer release."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from incident.entries.conversation import Noted
from incident.entry import workspace_chain
from storage.integrity.signing_keys import Signer, new_key
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.verification import VerificationEvidence, verify, verify_with
from storage.store import Store
from storage.tables import CHAIN, ENTRY, INCIDENT
from storage.triggers import record_triggers
from tests.support.policies import small_policy
from tests.support.recorded_team import TEAM, at, draft, long_script, record, record_all, refuse, step
from tests.support.tampered_database import TamperedDatabase, owner


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return new_key(tmp_path / "key.pem")


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


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE chain SET checkpointed = 1000000000", "is recorded as the last one under a checkpoint"),
        ("UPDATE counter SET value = 0", "the counter of 2026 is at 0, the last number is 1"),
        ("DELETE FROM counter", "the counter of 2026 is at None, the last number is 1"),
        ("UPDATE policy_active SET hash = 'other'", "the rows of the active policies differ"),
        ("DELETE FROM policy_active", "the rows of the active policies differ"),
        ("UPDATE incident SET is_over = NOT is_over", "the projection differs"),
    ],
)
def test_rows_that_repeat_the_record_are_rebuilt(store: Store, signer: Signer, statement: str, what: str) -> None:
    record(store, lambda number: long_script(number)[:20])
    store.directory.activate_policy(small_policy(), "a policy", at(0))
    store.checkpoints.take(at(200), signer)
    store.transactions.write(lambda connection: connection.execute(text(statement)).rowcount)

    problems = verify(store).problems
    assert {one.kind for one in problems} == {"rebuild"}
    assert any(what in one.what for one in problems)
    rebuild(store)

    assert verify(store).is_sound


def test_a_chain_that_claims_to_be_covered_is_signed_all_the_same(store: Store, signer: Signer) -> None:
    key = record(store, lambda number: long_script(number)[:20])
    store.checkpoints.take(at(200), signer)
    store.transactions.write(lambda c: c.execute(update(CHAIN).values(checkpointed=10**9)).rowcount)
    store.recorder.transact(lambda unit: step(unit, key, draft(Noted(text="goes on"), minutes=30)))

    taken = store.checkpoints.take(at(201), signer)

    assert {leaf.key for leaf in taken.leaves} == {key}
    assert verify(store).is_sound


def test_several_processes_find_what_one_finds(sqlite_store: Store) -> None:
    keys = [record(sqlite_store, lambda number: long_script(number)[:12]) for _ in range(3)]
    sqlite_store.transactions.write(record_triggers.drop)
    broken = update(ENTRY).where(ENTRY.c.incident == keys[1].id, ENTRY.c.n == 5).values(kind="other")
    sqlite_store.transactions.write(lambda connection: connection.execute(broken).rowcount)

    found = verify_with(sqlite_store, VerificationEvidence(processes=2))

    assert found == verify(sqlite_store)
    assert found.entries == 28
    assert [(p.key, p.n) for p in found.problems if p.kind == "tampered"] == [(keys[1], 5)]


def test_a_key_without_a_signed_checkpoint_proves_nothing(store: Store, signer: Signer) -> None:
    record(store, lambda number: long_script(number)[:20])
    assert [p.kind for p in verify(store, public_key=signer.public_key).problems] == ["key"]
    store.checkpoints.take(at(200), None)
    assert {p.kind for p in verify(store, public_key=signer.public_key).problems} == {"key"}
    refuse(store, minutes=201)

    store.checkpoints.take(at(202), signer)

    kinds = [p.kind for p in verify(store, public_key=signer.public_key).problems]
    assert kinds == ["key"], "the unsigned checkpoint stays one"


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

        changed = line.text.replace(f'"kind":"{line.kind}"', '"kind":"from_the_future"')
        tamperer.set_entry(line.n, text=changed, hash=digest(changed), kind="from_the_future")

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
