"""The house rules that a machine can hold up. Each test names the file that broke one."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.core import verb_registry
from incident.entries import KINDS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ("bot", "commands", "roles", "incident", "storage", "sandbox")
BROAD_EXCEPTS = 3


def python_files(*folders: str) -> list[Path]:
    return sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py") if "__pycache__" not in p.parts)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def verbs() -> list[str]:
    return [verb.name for verb in verb_registry.verbs()]


@pytest.mark.parametrize(("folders", "ceiling"), [(SOURCE, 300), (("tests",), 400)])
def test_no_file_is_longer_than_its_ceiling(folders: tuple[str, ...], ceiling: int) -> None:
    too_long = [name(p) for p in python_files(*folders) if len(p.read_text("utf-8").splitlines()) > ceiling]
    assert too_long == []


def test_no_function_is_longer_than_fifty_lines() -> None:
    too_long = [
        f"{name(p)}:{node.name}"
        for p in python_files(*SOURCE, "tests")
        for node in functions(p)
        if (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert too_long == []


def test_every_module_says_what_it_knows() -> None:
    silent = [
        name(p)
        for p in python_files(*SOURCE)
        if p.read_text("utf-8").strip() and ast.get_docstring(ast.parse(p.read_text("utf-8"))) is None
        if "migrations/versions" not in name(p)
    ]
    assert silent == []


def test_errors_are_swallowed_in_three_named_places_only() -> None:
    found = [
        f"{name(p)}:{node.lineno}"
        for p in python_files(*SOURCE)
        for node in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]
    assert len(found) <= BROAD_EXCEPTS, found


def test_nothing_is_left_to_do_in_the_source() -> None:
    word = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error)\b")
    found = [
        name(p)
        for p in [*python_files(*SOURCE, "tests"), *(ROOT / "templates").rglob("*.j2"), *(ROOT / "docs").rglob("*.md")]
        if word.search(p.read_text("utf-8"))
    ]
    assert found == []


def test_every_test_can_fail() -> None:
    check = re.compile(r"\bassert|raises|expect\(|check_|assert_")
    empty = [
        f"{name(p)}:{node.name}"
        for p in python_files("tests")
        for node in functions(p)
        if node.name.startswith("test_") and not check.search(ast.get_source_segment(p.read_text("utf-8"), node) or "")
    ]
    assert empty == []


def test_our_own_code_is_never_mocked() -> None:
    found = [
        name(p)
        for p in python_files("tests")
        for node in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(node, ast.Call) and re.search(r"(^|\.)(patch|Mock|MagicMock|AsyncMock)$", ast.unparse(node.func))
    ]
    assert found == []


def test_the_clock_is_read_in_one_module() -> None:
    reads = re.compile(r"datetime\.now\(|datetime\.utcnow\(|\bdate\.today\(|\btime\.time\(")
    found = [
        name(p)
        for p in python_files("bot", "commands", "roles", "incident", "storage")
        if name(p) not in ("bot/clock.py",) and reads.search(p.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_its_file_its_template_and_its_test(verb: str) -> None:
    missing = [
        p
        for p in (f"commands/{verb}.py", f"templates/slack/{verb}.j2", f"tests/commands/test_{verb}.py")
        if not (ROOT / p).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("verb", verbs())
def test_a_verbs_file_stays_small(verb: str) -> None:
    assert len((ROOT / "commands" / f"{verb}.py").read_text("utf-8").splitlines()) <= 120


def test_every_kind_of_fact_has_its_sentence() -> None:
    macros = set(re.findall(r"{% macro (\w+)\(", (ROOT / "templates/sentences.j2").read_text("utf-8")))
    assert {kind for kind, _ in KINDS} - macros == set()


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")

    assert "://" not in lock
    assert "--hash=sha256:" in lock
    assert "index" not in lock


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout, so that nothing says which files are tracked")
    wrong = re.compile(r"index-url|extra-index|--find-links|/home/\w+/|/root/")
    found = []
    for line in listed.stdout.splitlines():
        path = ROOT / line
        if path.suffix in (".png", ".ico") or not path.is_file() or line in ("Makefile", "tests/test_conventions.py"):
            continue
        if wrong.search(path.read_text("utf-8", errors="replace")):
            found.append(line)
    assert found == []


def test_every_decision_is_listed_under_its_title() -> None:
    index = (ROOT / "docs/adr/README.md").read_text("utf-8")
    for path in sorted((ROOT / "docs/adr").glob("0*.md")):
        title = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({path.name})" in index
        assert title.startswith(path.name[:4])


def test_every_decision_is_short() -> None:
    too_long = [p.name for p in (ROOT / "docs/adr").glob("0*.md") if len(p.read_text("utf-8").splitlines()) > 40]
    assert too_long == []
