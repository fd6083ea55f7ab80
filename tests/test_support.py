"""Where tests keep what they share: in tests/support, and never in a test module or a tool of the product."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
# Folders of stored data, with the programs that write and read it.
DATA = ("tests/support/", "tests/storage/golden/", "tests/upgrade/e06b798/")
BENCH = "bot.simulation.bench"


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules() -> list[Path]:
    return sorted(path for path in TESTS.rglob("*.py") if "e06b798" not in path.parts)


def imported(source: str) -> set[str]:
    """Return every module that a source imports, and every name it imports from one, in dots."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


def imported_tests(source: str) -> set[str]:
    """Return the imports of a source that reach into a test module."""
    return {one for one in imported(source) if one.startswith("tests.") and ".test_" in one}


def is_misplaced(path: str) -> bool:
    """True if a module is neither a test, a conftest, a package file nor in a folder of support or data."""
    base = path.rpartition("/")[2]
    return not (base.startswith("test_") or base in ("conftest.py", "__init__.py") or path.startswith(DATA))


def test_no_test_imports_another_test_module() -> None:
    assert {name(p): found for p in modules() if (found := imported_tests(p.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from tests.bot.test_kill import thing",
        "from tests.bot import test_kill",
        "import tests.bot.test_kill",
        "def f():\n    from tests.bot.test_kill import thing",
    ],
)
def test_every_way_to_import_a_test_module_is_found(source: str) -> None:
    assert imported_tests(source)


def test_shared_modules_are_in_the_support_folder_only() -> None:
    assert [name(path) for path in modules() if is_misplaced(name(path))] == []


def test_a_shared_module_beside_the_tests_is_found() -> None:
    assert is_misplaced("tests/bot/rig.py")
    assert not is_misplaced("tests/support/clock.py")


def test_only_the_tests_of_the_bench_import_the_bench() -> None:
    outside = [p for p in modules() if not name(p).startswith("tests/bot/simulation/bench/")]
    assert [name(p) for p in outside if any(o.startswith(BENCH) for o in imported(p.read_text("utf-8")))] == []
