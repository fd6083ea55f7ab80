"""Names, words and docstrings: each test names the file that left the field's language (docs/glossary.md).

`MOST` is a ratchet: the count of a banned word may fall, and is then lowered here; it never rises.
"""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ("bot", "commands", "roles", "incident", "organisation", "storage", "sandbox")
ING_MODULES = {"commands/finding.py": "a finding is a thing"}
ING_FOLDERS = {"bot/monitoring", "bot/rendering"}
MODULES_PER_FOLDER = 12
FLAT_FOLDERS = {"commands": "one module per verb"}
STALE_PATHS = 1
GIVE_OR_TELL = 13
ITSELF = Path(__file__).resolve()

MOST = {
    r"(?i)\b(somebody|nobody|whoever)\b": 95,
    r"(?i)\b(what|which) is so\b": 0,
    r"(?i)\bfor good\b": 11,
    r"(?i)\btell whether\b": 3,
    r"(?i)\bstands?\b": 9,
    r"(?i)\bstanding\b": 0,
    r"(?i)\baside\b": 17,
    r"(?i)\banew\b": 0,
    r"(?i)\bmeanwhile\b": 0,
    r"(?i)\bdueing\b": 0,
    r"(?i)\b(told|telling)\b": 130,
    r"(?i)\b(said|saying)\b": 250,
    r"(?i)\bheard\b": 30,
    r"(?i)\b(kept|keeping)\b": 122,
    r"(?i)\b(begun|begin|beginning)\b": 68,
    r"(?i)\b(wish|wishes|wants?|wanted|wanting)\b": 53,
    r"(?i)\b(mends?|mended|bears?)\b": 0,
    r"(?i)\btroubles?\b": 38,
    r"(?i)\b(overheard|unrecorded|foresee\w*)\b": 31,
    r"(?i)\b(bury|buried|burial|mortal|tombs?)\b": 14,
    r"(?i)\b(ladders?|rungs?)\b": 104,
    r"(?i)\b(lanes?)\b": 14,
    r"(?i)\b(roster|chair)\b": 21,
    r"(?i)\btwins?\b": 3,
    r"(?i)\btray\b": 14,
    r"(?i)\b(read-in|duties)\b": 16,
    r"(?i)\btwo doors\b": 0,
    r"(?i)\bbare\(": 0,
    r"(?i)\baccounting\b": 0,
    r"\b(Footing|GoingOn|Draining|Telling|Listening|Came|Edge|Absent|Overheard|Gather|Settle|Outside|Means|Desk|Aside)\b": 2,
    r"\b(Attempt|Working|Situation|Dated|Elsewhere|PlaceLost|Clicking|Talking|Acting|Silence|Timed|OneLine|Unfit)\b": 3,
    r"\b(Rig|Workplace|Play|Scene|Breeder|Theatre|House|Ground|Stage|Hands)\b": 36,
}


@cache
def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> tuple[Path, ...]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return tuple(sorted(path for path in found if not {"__pycache__", "versions"} & set(path.parts)))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules() -> list[Path]:
    return [path for path in files(*SOURCE) if path.stem not in ("__init__", "__main__")]


@cache
def docstrings(path: Path) -> tuple[tuple[int, str], ...]:
    """Return line and text of every docstring in a module."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, owners)]
    return tuple((getattr(node, "lineno", 1), text) for node in nodes if (text := ast.get_docstring(node)))


@cache
def prose() -> tuple[tuple[str, str], ...]:
    """Return path and text of everything that developers read: code, tests, documents, comments of templates and YAML."""
    whole = [*files(*SOURCE, "tests"), *files("docs", suffixes=(".md",)), *ROOT.glob("*.md")]
    texts = [(name(path), path.read_text("utf-8")) for path in whole if path != ITSELF]
    commented = [*files("templates", "deploy", suffixes=(".j2", ".yaml", ".service", "")), *ROOT.glob("*.yaml")]
    return (*texts, *((name(path), comments(path)) for path in commented if path.is_file()))


def comments(path: Path) -> str:
    """Return the comments of a template or a YAML file; the rest of it is text for users, examples among it."""
    text = re.sub(r"(?m)^#(?=\w+:|  ).*$", "", path.read_text("utf-8"))
    found = re.findall(r"(?s)\{#.*?#\}", text) if path.suffix == ".j2" else re.findall(r"(?m)(?:^|\s)#.*$", text)
    return "\n".join(found)


def test_no_module_is_named_by_an_ing_form() -> None:
    folders = {name(parent) for path in modules() for parent in path.parents if parent.name.endswith("ing")}

    assert [name(path) for path in modules() if path.stem.endswith("ing")] == list(ING_MODULES)
    assert folders - ING_FOLDERS == set()


def test_no_folder_holds_more_than_a_dozen_modules() -> None:
    sizes = Counter(name(path.parent) for path in modules() if name(path.parent) not in FLAT_FOLDERS)

    assert {folder: size for folder, size in sizes.items() if size > MODULES_PER_FOLDER} == {}


def test_no_two_modules_share_a_name_save_a_fact_and_its_fold() -> None:
    homes = defaultdict(set)
    for path in modules():
        homes[path.stem].add(name(path.parent))
    packages = ("incident", "organisation")
    pairs = [
        {f"{package}/entries{below}", f"{package}/fold{below}"}
        for package in packages
        for below in ("", "/outside", "/aftermath")
    ]

    assert {stem: sorted(where) for stem, where in homes.items() if len(where) > 1 and where not in pairs} == {}


@pytest.mark.parametrize("word", list(MOST))
def test_a_banned_word_is_used_no_more_often_than_before(word: str) -> None:
    found = {path: len(re.findall(word, text)) for path, text in prose()}
    most = sorted(((count, path) for path, count in found.items() if count), reverse=True)

    assert sum(found.values()) <= MOST[word], most[:15]


def openings() -> Iterator[str]:
    for path in files(*SOURCE, "tests"):
        for line, text in docstrings(path):
            if re.match(r"(Give|Tell)s?\b", text):
                yield f"{name(path)}:{line}"


def test_no_docstring_opens_with_give_or_tell() -> None:
    found = list(openings())

    assert len(found) <= GIVE_OR_TELL, found[:15]


def stale_paths() -> Iterator[str]:
    """Name every file, folder and dotted module that a docstring names and the tree does not have."""
    tops = "|".join((*SOURCE, "templates", "tests", "docs", "deploy"))
    known = {
        path.name
        for path in files(*SOURCE, "templates", "tests", "docs", "deploy", suffixes=(".py", ".j2", ".md", ".yaml"))
    }
    for path in files(*SOURCE, "tests"):
        for line, text in docstrings(path):
            for found in re.findall(rf"(?<![\w/.-])((?:{tops})/[\w/.-]*\w)", text):
                if not (ROOT / found).exists():
                    yield f"{name(path)}:{line}: {found}"
            for found in re.findall(r"(?<![\w/.-])(\w+\.(?:py|j2|md))\b", text):
                if found not in known and not (ROOT / found).exists():
                    yield f"{name(path)}:{line}: {found}"
            for found in re.findall(rf"`((?:{'|'.join(SOURCE)})(?:\.\w+)+)`", text):
                if not resolves(found):
                    yield f"{name(path)}:{line}: {found}"


def resolves(dotted: str) -> bool:
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:end])
        if base.with_suffix(".py").is_file():
            return all(re.search(rf"\b{part}\b", base.with_suffix(".py").read_text("utf-8")) for part in parts[end:])
        if base.is_dir():
            return end == len(parts) or (
                (base / "__init__.py").is_file() and parts[end] in (base / "__init__.py").read_text("utf-8")
            )
    return False


def test_no_docstring_names_a_file_that_does_not_exist() -> None:
    found = list(stale_paths())

    assert len(found) <= STALE_PATHS, found
