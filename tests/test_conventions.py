"""The house rules that a machine can check. Each test names the file that broke one."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.core import verb_registry
from organisation.entries import ALL as KINDS
from tests.conftest import SLOW
from tests.support.broad_catches import broad_catches

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ("bot", "commands", "roles", "incident", "organisation", "storage", "sandbox")
# Each must continue after any error: a worker after a job, a listener after a request, the clock after a tick, the
# database's one writer after a write, and a batch of messages after one that cannot be recorded.
MAY_CATCH_EVERYTHING = {
    "bot/call_deadline.py:run_within.run",
    "bot/scheduler.py:_run_safely",
    "bot/slack/capture/batcher.py:Batcher._lead",
    "bot/slack/error_reports.py:report_unexpected",
    "bot/worker/job_runner.py:JobRunner.run",
    "storage/database/pending_write.py:error_of",
}


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


def test_every_module_has_a_docstring() -> None:
    silent = [
        name(p)
        for p in python_files(*SOURCE)
        if p.read_text("utf-8").strip() and ast.get_docstring(ast.parse(p.read_text("utf-8"))) is None
        if "migrations/versions" not in name(p)
    ]
    assert silent == []


def test_every_error_is_caught_in_the_named_places_only_and_once_in_each() -> None:
    found = [f"{name(p)}:{place}" for p in python_files(*SOURCE) for place in broad_catches(p.read_text("utf-8"))]
    assert sorted(found) == sorted(MAY_CATCH_EVERYTHING)


@pytest.mark.parametrize(
    "swallows",
    [
        "try:\n    f()\nexcept Exception:\n    g()",
        "try:\n    f()\nexcept BaseException as e:\n    g(e)",
        "try:\n    f()\nexcept (ValueError, builtins.Exception):\n    g()",
        "try:\n    f()\nexcept:\n    g()",
        "with suppress(Exception):\n    f()",
        "with contextlib.suppress(ValueError, BaseException):\n    f()",
        "from contextlib import suppress as quiet\nwith quiet(Exception):\n    f()",
        "class C:\n    def __exit__(self, *_):\n        return True",
        "class C:\n    def __exit__(self, kind, *_):\n        if kind:\n            return self.ok\n        return False",
        "class C:\n    async def __aexit__(self, *_):\n        return await self.inner.__aexit__(*_)",
        "class C:\n    __exit__ = other",
    ],
)
def test_code_that_can_swallow_every_error_is_found(swallows: str) -> None:
    assert len(broad_catches(swallows)) == 1


@pytest.mark.parametrize(
    "passes_on",
    [
        "try:\n    f()\nexcept (ValueError, KeyError):\n    g()",
        "with suppress(ValueError):\n    f()",
        "raise_for(Exception)",
        "class C:\n    def __exit__(self, *_):\n        self.close()",
        "class C:\n    def __exit__(self, *_):\n        return None",
        "class C:\n    def __exit__(self, *_):\n        return False",
        "class C:\n    def __exit__(self, *_):\n        def f():\n            return True\n        g(f)",
    ],
)
def test_code_that_passes_errors_on_is_allowed(passes_on: str) -> None:
    assert broad_catches(passes_on) == []


def test_a_place_that_catches_everything_is_named_by_its_class_and_function() -> None:
    source = "class C:\n    def f(self):\n        try:\n            g()\n        except Exception:\n            h()"
    assert broad_catches(source) == ["C.f"]


def test_the_source_has_no_todo() -> None:
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
        if "def test_" in (text := p.read_text("utf-8"))
        for node in functions(p)
        if node.name.startswith("test_")
        and not check.search("\n".join(text.split("\n")[node.lineno - 1 : node.end_lineno]))
    ]
    assert empty == []


def test_our_own_code_is_never_mocked() -> None:
    found = [
        name(p)
        for p in python_files("tests")
        if re.search(r"patch|Mock", text := p.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and re.search(r"(^|\.)(patch|Mock|MagicMock|AsyncMock)$", ast.unparse(node.func))
    ]
    assert found == []


def test_the_clock_is_read_in_one_module() -> None:
    reads = re.compile(r"datetime\.now\(|datetime\.utcnow\(|\bdate\.today\(|\btime\.time\(")
    found = [
        name(p)
        for p in python_files("bot", "commands", "roles", "incident", "organisation", "storage")
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


def test_every_slow_file_exists() -> None:
    files = [name(path) for path in python_files("tests")]
    assert [prefix for prefix in SLOW if not any(file.startswith(prefix) for file in files)] == []


def test_make_quick_leaves_out_no_test_of_a_verb_a_fold_or_a_deadline() -> None:
    pure = ("tests/commands/", "tests/incident/", "tests/organisation/")

    assert [prefix for prefix in SLOW if prefix.startswith(pure)] == []
