"""Tampering with the stored record is found, and the first broken entry is named.

The triggers are dropped first: these tests show what remains when an attacker owns the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from incident.entry import IncidentKey
from incident.record.hash_chain import digest
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.signing_keys import new_key
from storage.maintenance.verification import check_record, verify
from storage.store import Store, open_store
from storage.tables import BODY, CHAIN, CONCERNED, COUNTER, ENTRY, INCIDENT
from tests.support.recorded_team import TEAM, at, record_all, refuse
from tests.support.tampered_database import TamperedDatabase, count, owner

COLUMNS = ("kind", "recorded_at", "channel", "ts", "prev", "hash", "incident", "team")


def recorded(url: str, key_file: Path) -> tuple[Store, IncidentKey, tuple[Checkpoint, ...]]:
    """Record the story with two checkpoints, of which copies left the house."""
    store = open_store(url, team=TEAM)
    keys = record_all(store)
    signer = new_key(key_file)
    store.checkpoints.take(at(200), signer)
    refuse(store, minutes=201)
    store.checkpoints.take(at(202), signer)
    left = tuple(Checkpoint.model_validate_json(one.model_dump_json()) for one in store.checkpoints.all())
    return store, keys[0], left


@pytest.fixture(scope="module")
def case(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, TamperedDatabase]]:
    folder = tmp_path_factory.mktemp("tampered")
    path = folder / "muster.db"
    path.write_bytes(sqlite_template.read_bytes())
    store, key, left = recorded(f"sqlite:///{path}", folder / "key.pem")
    with store, owner(store) as connection:
        yield store, TamperedDatabase(connection, key, left)


@pytest.fixture
def record(case: tuple[Store, TamperedDatabase]) -> Iterator[TamperedDatabase]:
    tamperer = TamperedDatabase(case[1].connection, case[1].key, case[1].published)
    with tamperer.undone():
        yield tamperer


def named(tamperer: TamperedDatabase) -> list[int | None]:
    """Return the entries reported as broken in the tampered chain."""
    return named_and_kinds(tamperer)[0]


def named_and_kinds(tamperer: TamperedDatabase) -> tuple[list[int | None], set[str]]:
    """Return the entries reported as broken in the tampered chain, and the kinds of its problems."""
    problems = [p for p in tamperer.report().problems if p.key == tamperer.key]
    return [p.n for p in problems if p.kind in ("tampered", "truncated")], {p.kind for p in problems}


def found(tamperer: TamperedDatabase) -> int | None:
    """Return the first reported entry."""
    broken = named(tamperer)
    assert broken, "nothing was found"
    return broken[0]


def found_by_walk(tamperer: TamperedDatabase, n: int) -> int | None:
    """Return the first entry that the walk over the chain reports; of every eighth, that verification reports the same."""
    problems = tamperer.problems_of_chain()
    if n % 8 == 1:
        assert set(problems) <= set(tamperer.report().problems)
    broken = [p.n for p in problems if p.kind in ("tampered", "truncated")]
    assert broken, "nothing was found"
    return broken[0]


def flipped(text: str, place: int) -> str:
    place %= len(text)
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


def test_the_untouched_record_holds(record: TamperedDatabase) -> None:
    report = record.report()

    assert report.is_sound
    assert report.entries == count(record.connection) > 80
    assert report.checkpoints == 2


def test_a_changed_byte_of_any_entry_is_found(record: TamperedDatabase) -> None:
    for line in record.lines:
        for place in (0, 17 * line.n, len(line.text) // 2, len(line.text) - 1):
            with record.undone():
                record.set_entry(line.n, text=flipped(line.text, place))

                assert found_by_walk(record, line.n) == line.n, (line.n, place)


def test_a_changed_byte_with_its_hash_made_to_fit_is_found(record: TamperedDatabase) -> None:
    """The next entry no longer continues this one; after the last, the end of the chain is not where it was."""
    for line in record.lines:
        with record.undone():
            text = line.text.replace('"by":"', '"by":"x')
            record.set_entry(line.n, text=text, hash=digest(text))

            assert found(record) in (line.n, line.n + 1), line.n


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"in {c}")
def test_a_changed_column_of_any_entry_is_found(record: TamperedDatabase, column: str) -> None:
    """Each entry has two of its columns changed."""
    for line in record.lines[COLUMNS.index(column) % 4 :: 4]:
        with record.undone():
            record.set_entry(line.n, **{column: "2026-03-01T10:00:00.000001Z"})

            assert found_by_walk(record, line.n) == line.n


def test_a_changed_byte_of_any_text_or_salt_is_found(record: TamperedDatabase) -> None:
    worded = [line for line in record.lines if line.words is not None]
    assert len(worded) > 25
    for line in worded:
        spaced = json.dumps(json.loads(line.words or ""), ensure_ascii=False)
        changes = [{"words": flipped(line.words or "", place)} for place in (0, 5, len(line.words or "") // 2, -3)]
        for change in [*changes, {"words": spaced}, {"salt": flipped(line.salt or "", 3)}, {"words": "{}"}]:
            with record.undone():
                record.set_body(line.n, **change)

                assert found_by_walk(record, line.n) == line.n, (line.n, change)


def test_text_missing_without_a_redaction_is_found(record: TamperedDatabase) -> None:
    for line in record.lines:
        if line.words is not None:
            with record.undone():
                record.connection.execute(delete(BODY).where(record.body(line.n)))

                assert found_by_walk(record, line.n) == line.n


def test_text_that_reappears_or_is_added_is_found(record: TamperedDatabase) -> None:
    for line in record.lines:
        if line.words is None:
            with record.undone():
                here = {"team": record.key.team, "incident": record.key.id, "n": line.n}
                record.connection.execute(BODY.insert().values(**here, salt="s", words='{"text":"other"}'))

                assert found_by_walk(record, line.n) == line.n


def test_any_deleted_entry_is_found(record: TamperedDatabase) -> None:
    for line in record.lines:
        with record.undone():
            record.remove(line.n)

            assert found_by_walk(record, line.n) == line.n


def test_any_two_neighbours_in_the_other_order_are_found(record: TamperedDatabase) -> None:
    for line in record.lines[:-1]:
        with record.undone():
            record.swap(line.n, line.n + 1)

            assert found_by_walk(record, line.n) == line.n


def test_any_two_entries_that_changed_places_are_found(record: TamperedDatabase) -> None:
    last = len(record.lines)
    for line in record.lines[: last // 2]:
        with record.undone():
            record.swap(line.n, last + 1 - line.n)

            assert found_by_walk(record, line.n) == line.n


def test_an_entry_of_another_incident_is_found_in_any_place(record: TamperedDatabase) -> None:
    other = next(key for key in _keys(record) if key.id not in (record.key.id, "workspace"))
    for line in record.lines:
        with record.undone():
            record.take_from(other, 1 + line.n % 3, line.n)

            assert found_by_walk(record, line.n) == line.n


def _keys(record: TamperedDatabase) -> list[IncidentKey]:
    rows = record.connection.execute(CHAIN.select().order_by(CHAIN.c.incident))
    return [IncidentKey(row.team, row.incident) for row in rows]


def test_a_cut_tail_is_found_although_everything_derived_agrees(record: TamperedDatabase) -> None:
    for line in record.lines[:-1]:
        with record.undone():
            record.cut(line.n)

            broken, kinds = named_and_kinds(record)
            assert len(record.lines) in broken, "the entry that the checkpoint saw"
            assert "truncated" in kinds


def test_a_cut_tail_is_found_by_the_copy_that_left_the_house_alone(record: TamperedDatabase) -> None:
    """Every checkpoint here is removed too, so only a published copy can tell."""
    for line in record.lines[:-1]:
        with record.undone():
            record.cut(line.n)
            record.forget_checkpoints()

            assert len(record.lines) in named(record)


def test_a_cut_tail_without_further_care_names_the_first_missing_entry(record: TamperedDatabase) -> None:
    for line in record.lines[:-1]:
        with record.undone():
            record.remove_after(line.n)

            broken, kinds = named_and_kinds(record)
            assert broken[:1] == [line.n + 1]
            assert "truncated" in kinds


def test_truncation_is_distinguished_from_tampering(record: TamperedDatabase) -> None:
    record.cut(len(record.lines) - 2)

    report = record.report()

    assert (report.is_truncated, report.is_tampered) == (True, False)
    assert report.trusted is None, "the first checkpoint saw the entries that are gone"


def test_the_last_checkpoint_before_the_harm_is_named(record: TamperedDatabase) -> None:
    workspace = IncidentKey(TEAM, "workspace")
    assert record.report().trusted.seq == 2
    here = (ENTRY.c.incident == workspace.id) & (ENTRY.c.n == 3)
    record.connection.execute(update(ENTRY).where(here).values(hash="0" * 64))

    trusted = record.report().trusted

    assert trusted.seq == 1
    assert trusted.signed_by == record.published[0].public_key


def test_a_signature_that_was_taken_off_is_found(record: TamperedDatabase) -> None:
    record.connection.exec_driver_sql("UPDATE checkpoint SET signature = NULL, public_key = NULL WHERE seq = 2")

    report = record.report()

    assert "checkpoint 2 differs from the recorded one" in [p.what for p in report.problems]
    assert (report.unsigned, report.trusted.seq) == (1, 1)


def test_a_broken_incident_is_not_reported_as_missing_too(record: TamperedDatabase) -> None:
    record.set_entry(1, hash="0" * 64)

    assert {p.kind for p in record.report().problems} == {"tampered"}


def test_a_chain_rewritten_from_any_entry_on_is_found(record: TamperedDatabase) -> None:
    for line in record.lines:
        with record.undone():
            record.rewrite(line.n, '"surface":"command"', '"surface":"cli"')

            broken, kinds = named_and_kinds(record)
            assert len(record.lines) in broken
            assert kinds == {"tampered"}


def test_an_incident_deleted_whole_is_found(record: TamperedDatabase) -> None:
    for table in (BODY, ENTRY, CHAIN, INCIDENT, CONCERNED):
        record.connection.execute(delete(table).where(table.c.incident == record.key.id))
    record.forget_checkpoints()
    record.published = ()

    problems = record.report().problems

    truncated = [p.what for p in problems if p.kind != "rebuild"]
    assert truncated == ["INC-2026-0001 was assigned and no incident has it"]


def test_a_forged_checkpoint_is_found(record: TamperedDatabase) -> None:
    record.connection.exec_driver_sql("UPDATE checkpoint SET statement = replace(statement, '2026', '2027')")

    what = [p.what for p in record.report().problems]

    assert "the signature of checkpoint 1 is not valid" in what
    assert "checkpoint 1 differs from the recorded one" in what
    assert "checkpoint 1, which was published, differs from the stored one" in what


def test_a_checkpoint_signed_with_another_key_is_found(case: tuple[Store, TamperedDatabase], tmp_path: Path) -> None:
    store, tamperer = case
    other = new_key(tmp_path / "other.pem")

    problems = store.transactions.read(lambda connection: check_record(connection, (), other.public_key)).problems

    assert [(p.kind, p.what) for p in problems] == [
        (
            "key",
            f"2 checkpoints (the first is number 1) were signed with {tamperer.published[0].public_key[:16]}…, "
            "which is not the known key and not linked to it by rotations",
        )
    ]
    assert tamperer.published[0].public_key != other.public_key


def test_a_wrong_row_is_rebuild_and_not_tampered(record: TamperedDatabase) -> None:
    record.connection.execute(update(INCIDENT).values(state="closed"))

    report = record.report()

    assert {p.kind for p in report.problems} == {"rebuild"}
    assert not report.is_tampered


def test_a_wrong_counter_is_found(record: TamperedDatabase) -> None:
    record.connection.execute(update(COUNTER).values(value=COUNTER.c.value + 1))

    assert [p.what for p in record.report().problems] == ["INC-2026-0004 was assigned and no incident has it"]


def test_postgresql_finds_the_same(postgres_url: str, tmp_path: Path) -> None:
    store, key, left = recorded(postgres_url, tmp_path / "key.pem")
    with store:
        assert verify(store, published=left).is_sound
        with owner(store) as connection:
            tamperer = TamperedDatabase(connection, key, left)
            for line in tamperer.lines[:-1:9]:
                with tamperer.undone():
                    tamperer.set_entry(line.n, text=flipped(line.text, 40))
                    assert found(tamperer) == line.n
                with tamperer.undone():
                    tamperer.remove(line.n)
                    assert found(tamperer) == line.n
                with tamperer.undone():
                    tamperer.cut(line.n)
                    tamperer.forget_checkpoints()
                    assert len(tamperer.lines) in named(tamperer)
        assert verify(store, published=left).is_sound
