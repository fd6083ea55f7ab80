"""No content of any column stops `muster verify`, and what it covers it finds: every column of every table, on both databases.

The triggers and constraints are dropped first: these tests show what remains when an attacker owns the database.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

from bot.cli.verify_command import exit_status
from incident.entry import WORKSPACE, IncidentKey
from incident.record.hash_chain import digest
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.checks.stored_cells import columns_of, read_cells
from storage.integrity.high_water_mark import Mark, SeenHead, lost_since
from storage.maintenance.verification import VerificationReport, check_record
from storage.store import open_store
from tests.support.full_record import record_everything
from tests.support.recorded_team import TEAM
from tests.support.tampered_database import owner

EVIDENCE = ("entry", "body", "checkpoint", "checkpoint_leaf", "policy_text", "stamp")
DERIVED = ("chain", "incident", "organisation", "concerned", "counter", "policy_active")
# docs/explanation/trust.md lists these as not covered.
NOT_COVERED_TABLES = (
    "seen",
    "message_key",
    "draft",
    "job",
    "presence",
    "person",
    "contact_method",
    "subscription",
    "shift_notice_off",
    "schedule_feed",
    "intake_delivery",
    "api_token",
    "declared_key",
    "webhook",
)
NOT_COVERED_COLUMNS = {
    ("policy_text", "stored_at"),
    ("stamp", "authority"),
    ("incident", "shape"),
    ("organisation", "shape"),
}
# Nothing, a blob, bytes that are no UTF-8, no text, another text that is no date either, and numbers.
SQLITE_VALUES = ("NULL", "x'00ff'", "CAST(x'c328' AS TEXT)", "''", "'other'", "1.5", "9223372036854775807")
# PostgreSQL holds the types itself.
POSTGRESQL_VALUES = ("'other'", "2147483647", "NOT {column}")
TABLES = sorted(SQLModel.metadata.tables)


@dataclass
class Case:
    """A full record, the checkpoints of it that were published, and what this machine saw of it."""

    connection: Connection
    published: tuple[Checkpoint, ...]
    mark: Mark

    def report(self) -> VerificationReport:
        return check_record(self.connection, self.published, mark=self.mark)

    @contextlib.contextmanager
    def changed(self, sql: str, /, **parameters: object) -> Iterator[bool]:
        """Change the database and undo it; yields False when the database itself refuses."""
        attempt = self.connection.begin_nested()
        try:
            yield self._runs(sql, parameters)
        finally:
            attempt.rollback()

    def _runs(self, statement: str, parameters: dict[str, object]) -> bool:
        try:
            with self.connection.begin_nested():
                return bool(self.connection.execute(text(statement), parameters).rowcount)
        except SQLAlchemyError:
            return False


@pytest.fixture(scope="module")
def sqlite_case(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("swept")
    path = folder / "muster.db"
    path.write_bytes(sqlite_template.read_bytes())
    with open_store(f"sqlite:///{path}", team=TEAM) as store:
        published = record_everything(store, folder)
        with store.engine.connect() as connection:
            _forget_constraints(connection)
        store.engine.dispose()
        with owner(store) as connection:
            yield Case(connection, published, store.high_water_mark.mark)


def _forget_constraints(connection: Connection) -> None:
    """Rewrite the schema without NOT NULL and CHECK, as the owner of the file can."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA writable_schema = ON")
    driver.execute(
        "UPDATE sqlite_schema SET sql = replace(replace(sql, ' NOT NULL', ''), 'CHECK (n > 0)', 'CHECK (1)') "
        "WHERE type = 'table' AND name <> 'alembic_version'"
    )
    driver.execute("PRAGMA writable_schema = RESET")


def unexpected(case: Case, tables: Sequence[str], values: Sequence[str]) -> tuple[list[str], int]:
    """Change each column of each table to each value; return the surprises, and how many changes were tried."""
    surprises, tried = [], 0
    assert case.report().is_sound
    for table in tables:
        for column in SQLModel.metadata.tables[table].columns:
            # The check reads nothing of the other tables, so that one value is enough there.
            for value in values if table not in NOT_COVERED_TABLES else values[:2]:
                found = _status(case, table, column.name, value)
                tried += found is not None
                if found is not None and not _is_expected(table, column.name, value, found):
                    surprises.append(f"{table}.{column.name} = {value}: {found}")
    return surprises, tried


def _status(case: Case, table: str, column: str, value: str) -> int | None:
    """Return the exit status after one row is changed, None when nothing changed."""
    query, keys = f'SELECT {columns_of(table)} FROM "{table}"', SQLModel.metadata.tables[table].primary_key
    before = read_cells(case.connection, query)
    row = dict(zip(SQLModel.metadata.tables[table].columns.keys(), before[0], strict=True))
    where = " AND ".join(f'"{c.name}" = :{c.name}' for c in keys)
    update = f'UPDATE "{table}" SET "{column}" = {value.format(column=column)} WHERE {where}'
    with case.changed(update, **{c.name: row[c.name] for c in keys}) as did:
        if not did or sorted(map(repr, before)) == sorted(map(repr, read_cells(case.connection, query))):
            return None
        return exit_status(case.report())


def _is_expected(table: str, column: str, value: str, status: int) -> bool:
    if table in NOT_COVERED_TABLES or (table, column) in NOT_COVERED_COLUMNS:
        return status in (0, 3, 5, 6)
    return status in ((3, 4, 5) if table in EVIDENCE else (3, 4, 6))


def test_every_column_of_every_table_on_sqlite(sqlite_case: Case) -> None:
    surprises, tried = unexpected(sqlite_case, TABLES, SQLITE_VALUES)

    assert surprises == []
    assert tried > 350


def test_every_column_of_every_covered_table_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with open_store(postgres_url, team=TEAM) as store:
        published = record_everything(store, tmp_path)
        with owner(store) as connection:
            surprises, tried = unexpected(
                Case(connection, published, store.high_water_mark.mark), (*EVIDENCE, *DERIVED), POSTGRESQL_VALUES
            )

    assert surprises == []
    assert tried > 60


def test_the_tables_that_are_not_covered_are_named() -> None:
    trust = Path("docs/explanation/trust.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `") for line in trust.splitlines() if line.startswith("| `")}

    assert set(NOT_COVERED_TABLES) | {f"{table}.{column}" for table, column in NOT_COVERED_COLUMNS} <= rows
    assert {*EVIDENCE, *DERIVED, *NOT_COVERED_TABLES} == set(TABLES)


CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
)


@settings(max_examples=100)
@given(place=st.integers(0, 10_000), row=st.integers(0, 40), cell=CELLS)
def test_no_cell_stops_the_check(sqlite_case: Case, place: int, row: int, cell: object) -> None:
    columns = [(table, column.name) for table in TABLES for column in SQLModel.metadata.tables[table].columns]
    table, column = columns[place % len(columns)]
    keys = ", ".join(c.name for c in SQLModel.metadata.tables[table].primary_key)
    rows = read_cells(sqlite_case.connection, f"SELECT {keys} FROM {table} ORDER BY {keys}")
    names = [c.name for c in SQLModel.metadata.tables[table].primary_key]
    key = dict(zip(names, rows[row % len(rows)], strict=True))
    where = " AND ".join(f"{name} = :{name}" for name in names)
    with sqlite_case.changed(f'UPDATE "{table}" SET "{column}" = :cell WHERE {where}', cell=cell, **key):
        assert exit_status(sqlite_case.report()) in (0, 3, 4, 5, 6)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80)
@given(n=st.integers(1, 28), place=st.integers(0, 40), value=JSON)
def test_no_hashed_text_stops_the_check(sqlite_case: Case, n: int, place: int, value: Any) -> None:
    """The hash is made to fit, so that the check goes on to read the fact and to fold it."""
    incident = read_cells(sqlite_case.connection, "SELECT incident FROM incident ORDER BY number")[0][0]
    key = IncidentKey(TEAM, incident)
    where = "team = :team AND incident = :incident AND n = :n"
    found = read_cells(sqlite_case.connection, f"SELECT text FROM entry WHERE {where}", team=TEAM, incident=key.id, n=n)
    header = json.loads(found[0][0])
    fields = [*((header, name) for name in header), *((header["facts"], name) for name in header["facts"])]
    inside, name = fields[place % len(fields)]
    changed = inside[name] != value
    inside[name] = value
    stored = json.dumps(header, ensure_ascii=True)
    update = f"UPDATE entry SET text = :text, hash = :hash WHERE {where}"
    with sqlite_case.changed(update, text=stored, hash=digest(stored), team=TEAM, incident=key.id, n=n):
        assert exit_status(sqlite_case.report()) == 3 or not changed


@pytest.mark.parametrize("value", SQLITE_VALUES)
def test_what_this_machine_saw_is_compared_with_any_cell(sqlite_case: Case, value: str) -> None:
    """A production verifies with what it saw, so that no cell may stop that comparison either."""
    leaf = next(one for one in sqlite_case.published[0].leaves if one.key.id != WORKSPACE)
    seen = SeenHead(incident=leaf.key.id, n=leaf.n, hash=leaf.head)
    mark, case = sqlite_case.mark.model_copy(update={"heads": (seen,)}), sqlite_case
    tombstone = (
        "INSERT INTO entry (team, incident, n, kind, recorded_at, channel, text, prev, hash) "
        f"VALUES (:team, 'workspace', 999, 'retired', '', :gone, {value}, '', '')"
    )
    with case.changed(f"UPDATE checkpoint SET statement = {value} WHERE seq = :seq", seq=mark.seq):
        assert [(one.kind, one.key) for one in lost_since(case.connection, mark)] == [("tampered", (TEAM, WORKSPACE))]
    with case.changed(f"UPDATE entry SET hash = {value} WHERE incident = :id AND n = :n", id=seen.incident, n=seen.n):
        assert [(one.kind, one.n) for one in lost_since(case.connection, mark)] == [("tampered", seen.n)]
    gone = case.changed("DELETE FROM entry WHERE incident = :id", id=seen.incident)
    with gone, case.changed(tombstone, team=TEAM, gone=seen.incident) as is_there:
        assert is_there
        assert [(one.kind, one.n) for one in lost_since(case.connection, mark)] == [("truncated", seen.n)]


def test_checkpoints_whose_statement_is_no_json_are_named(sqlite_case: Case) -> None:
    for statement in ("x", "[]", "{}", '{"root": 1}', "null", "[" * 20_000):
        with sqlite_case.changed("UPDATE checkpoint SET statement = :statement WHERE seq = 2", statement=statement):
            report = sqlite_case.report()

        assert "the row of checkpoint 2 cannot be read" in [one.what for one in report.problems], statement[:10]


def test_an_altered_policy_is_found_and_the_incident_under_it_is_named(sqlite_case: Case) -> None:
    statement = "UPDATE policy_text SET text = 'an easier policy' WHERE text = 'the second policy'"
    with sqlite_case.changed(statement):
        problems = sqlite_case.report().problems

    assert [(one.kind, one.what[:18]) for one in problems] == [("tampered", "the text of policy")]


def test_a_policy_that_was_active_is_missed(sqlite_case: Case) -> None:
    with sqlite_case.changed("DELETE FROM policy_text WHERE text = 'the first policy'"):
        problems = sqlite_case.report().problems

    assert [one.kind for one in problems] == ["truncated"]


def test_a_huge_counter_is_one_problem(sqlite_case: Case) -> None:
    with sqlite_case.changed("UPDATE counter SET value = 9000000000000000000"):
        problems = sqlite_case.report().problems

    assert [(one.kind, one.what) for one in problems] == [
        ("truncated", "INC-2026-0003 to INC-2026-9000000000000000000 were assigned and no incident has them")
    ]
