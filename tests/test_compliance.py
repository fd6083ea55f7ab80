"""docs/compliance.md is complete and honest: every demand has one row, every named test exists, and the counts are correct."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "compliance.md"
ASKED: Final = (*(f"S1-{n:02}" for n in range(1, 116)), *(f"S2-{n:02}" for n in range(1, 52)))
PROMISED: Final = tuple(f"F-{n:02}" for n in range(1, 28))
COLUMNS: Final = 6
CRITERION: Final = 2
STATUSES: Final = ("proven", "partly", "duty", "later")
_ROW: Final = re.compile(r"^\| (S[12]-\d{2,3}|F-\d{2}) \|")
_NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(\[[^\]`]+\])?`")
_FILE: Final = re.compile(r"[\w./]+\.(?:py|j2|yaml)\b")
_COUNTED: Final = re.compile(
    r"^\*\*(\d+) rows: (\d+) proven, (\d+) partly, (\d+) duty, (\d+) later\.\*\*$", re.MULTILINE
)


class Row(NamedTuple):
    """One demand as the document has it."""

    id: str
    demand: str
    criterion: str
    where: str
    tests: str
    mutation: str
    status: str

    @property
    def kind(self) -> str:
        """The first word of the status. What is missing follows after a colon."""
        return self.status.partition(":")[0]


@cache
def rows() -> tuple[Row, ...]:
    lines = [line for line in DOCUMENT.read_text("utf-8").splitlines() if _ROW.match(line)]
    return tuple(read(line) for line in lines)


def read(line: str) -> Row:
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    if cells[0] in PROMISED:
        cells.insert(CRITERION, "")  # a promise of ours states its criterion itself
    assert len(cells) == COLUMNS + 1, f"{cells[0]} has {len(cells)} columns"
    return Row(*cells)


def named(row: Row) -> list[tuple[str, str]]:
    return [(path, function) for path, function, _ in _NAMED.findall(row.tests)]


@cache
def functions(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(n.name for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))


def test_every_demand_has_one_row_and_the_rows_are_in_order():
    assert [row.id for row in rows()] == [*ASKED, *PROMISED]


def test_every_row_has_a_demand_a_place_and_a_status():
    bare = [row.id for row in rows() if not (row.demand and row.where) or row.kind not in STATUSES]
    assert bare == []


def test_every_demand_has_a_criterion_as_given_when_then():
    shape = re.compile(r"Given .+, when .+, then .+")
    assert [row.id for row in rows() if row.id in ASKED and not shape.match(row.criterion)] == []


def test_every_named_test_exists():
    missing = [
        f"{row.id}: {path}::{name}" for row in rows() for path, name in named(row) if name not in functions(path)
    ]
    assert missing == []


def test_every_file_that_the_document_names_exists():
    spoken = {(row.id, path) for row in rows() for path in _FILE.findall(f"{row.where} {row.mutation}")}
    assert sorted(pair for pair in spoken if not (ROOT / pair[1]).exists()) == []


def test_the_column_of_tests_holds_tests_only():
    other = [row.id for row in rows() if _NAMED.sub("", row.tests).replace("<br>", "").strip() not in ("", "–")]
    assert other == []


def test_a_proven_row_names_a_test_and_the_mutation_that_makes_it_fail():
    idle = [row.id for row in rows() if row.kind == "proven" and (not named(row) or len(row.mutation) < 10)]
    assert idle == []


def test_every_promise_under_failures_is_proven():
    assert [row.id for row in rows() if row.id in PROMISED and row.kind != "proven"] == []


@pytest.mark.parametrize("kind", ["partly", "duty", "later"])
def test_an_unproven_row_says_what_is_missing(kind):
    silent = [row.id for row in rows() if row.kind == kind and len(row.status.partition(":")[2].strip()) < 10]
    assert silent == []


def test_a_row_planned_for_later_names_no_test():
    claiming = [row.id for row in rows() if row.kind == "later" and (named(row) or row.mutation != "–")]
    assert claiming == []


def test_the_header_counts_the_rows():
    [counted] = _COUNTED.findall(DOCUMENT.read_text("utf-8"))
    asked = [row for row in rows() if row.id in ASKED]
    kinds = Counter(row.kind for row in asked)

    assert [int(number) for number in counted] == [len(asked), *(kinds[kind] for kind in STATUSES)]


def test_every_requirement_test_is_named_by_a_row():
    claimed = {name for row in rows() for _, name in named(row)}
    written = {
        name
        for path in sorted((ROOT / "tests" / "requirements").glob("test_*.py"))
        for name in functions(path.relative_to(ROOT).as_posix())
        if name.startswith("test_")
    }
    assert written - claimed == set()
