"""The glossary is the vocabulary of the code: each term of the field is also the name in the tree."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ("bot", "commands", "roles", "incident", "organisation", "storage", "sandbox")
TERMS = (ROOT / "docs/glossary.md").read_text("utf-8").partition("\n## ")[0]
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TERMS.splitlines() if line.startswith("|")]


def words_of(term: str) -> str:
    """Return the lower-case words of a term or an identifier: `EscalationPolicy` and `escalation_policy` are equal."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", term.strip(" `")).lower()


@cache
def names() -> frozenset[str]:
    """Return every name in the tree: modules, folders, templates, classes, functions, fields and slugs."""
    files = [
        *(path for folder in SOURCE for path in (ROOT / folder).rglob("*.py")),
        *(ROOT / "templates").rglob("*.j2"),
    ]
    paths = {part for path in files for part in (path.stem, path.parent.name)}
    trees = (ast.parse(path.read_text("utf-8")) for path in files if path.suffix == ".py")
    return frozenset(paths).union(*(named(tree) for tree in trees))


def named(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(value=ast.Constant(value=str() as slug)):
                yield slug
            case ast.Subscript(value=ast.Name(id="Literal")):
                yield from (one.value for one in ast.walk(node.slice) if isinstance(one, ast.Constant))


def test_the_table_of_terms_has_a_column_for_the_field_and_one_for_the_code() -> None:
    assert ROWS[0] == ["the field's word", "in code", "stored as", "meaning"]
    assert len(ROWS) > 60


@pytest.mark.parametrize("row", ROWS[2:], ids=lambda row: row[0])
def test_the_word_in_code_is_the_field_s_word(row: list[str]) -> None:
    term, code, _stored, meaning = row

    assert [words_of(word) for word in code.split(",")] == [words_of(word) for word in term.split(",")]
    assert [word for word in code.split(",") if word.strip(" `") not in names()] == []
    assert len(meaning.split()) > 4


def test_no_term_is_explained_twice() -> None:
    terms = [word.strip() for row in ROWS[2:] for word in row[0].split(",")]

    assert sorted(terms) == sorted(set(terms))
