"""A verb with a new fact is added by editing the files that CONTRIBUTING.md lists, at most eight, and no other."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TREE = (
    "deploy",
    "bot",
    "commands",
    "incident",
    "organisation",
    "roles",
    "sandbox",
    "storage",
    "templates",
    "docs",
    "tests",
)
MOST = 8
# What a new verb or fact could break elsewhere: tables of documents, registries, menus, goldens.
CHECKS = (
    "tests/commands/test_failover.py",
    "tests/commands/test_help.py",
    "tests/commands/core/test_verb_registry.py",
    "tests/incident/fold/test_fold.py",
    "tests/incident/effects",
    "tests/storage/test_golden.py",
    "tests/storage/record/test_unit_of_work.py::test_the_story_has_an_entry_of_every_kind[sqlite]",
    "tests/bot/slack/forms/test_modal.py",
    "tests/bot/slack/surfaces/test_action_menu.py",
    "tests/test_conventions.py::test_every_verb_has_its_file_its_template_and_its_test",
    "tests/test_conventions.py::test_a_verbs_file_stays_small",
    "tests/test_conventions.py::test_every_kind_of_fact_has_its_sentence",
    "tests/test_docs.py",
)

VERB = '''"""`failover`: traffic went to a standby."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import FailedOver
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Failover(Verb):
    """Record that traffic went to a standby."""

    name = "failover"
    group = Group.RESTORE

    text: Annotated[str, FormField("Standby", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse a standby that is the service itself."""
        if self.text == now.open.service:
            raise Refusal(Code.STATE, "failover_to_itself", "text")
        return (FailedOver(text=self.text),)
'''

TEMPLATE = """{% import "slack/shared/lines.j2" as lines %}
{% macro said(c) %}
*Failed over*, says {{ c.by | who }}{{ lines.earlier(c) }}: {{ c.fact.text | words }}
{% endmacro %}
{% macro answer(c) %}
Recorded.
{% endmacro %}
"""

FACT = '''

class FailedOver(Fact):
    """Traffic went to a standby."""

    kind: ClassVar[str] = "failed_over"
    timeline: ClassVar[str | None] = "workaround"
    template: ClassVar[str | None] = "failover"

    text: PersonalText
'''

FOLD = '''

def failed_over(incident: Incident, entry: Entry, fact: FailedOver) -> Change:
    """Add the standby to the ways to use the service."""
    return {"workarounds": (*incident.workarounds, AuthoredText(text=fact.text))}
'''

SENTENCE = "{% macro failed_over(e) %}failed over to {{ e.fact.text | words }}{% endmacro %}\n"
ROW = "| `failed_over` | traffic went to a standby |\n"
REFUSAL = '\nfailover_to_itself: "Nothing was recorded: the standby is the service itself. Name another one."\n'

TEST = '''"""A failover is parsed, run, recorded, folded, shown and said."""

from datetime import UTC, datetime

from bot.grammar.command_parser import parse_command
from commands.failover import Failover
from incident.effects.effects import effects
from incident.entries.restoration import FailedOver
from incident.entry import join, split
from incident.jobs import JobKind
from incident.record.upcast import StoredEntry, read
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk
from tests.support.policies import team_policy


def test_a_typed_failover_is_recorded_and_folded() -> None:
    typed = parse_command("failover zone b", at=datetime(2026, 6, 9, tzinfo=UTC), person=lambda name: None, services=())
    assert (typed.verb, typed.fields, typed.is_complete) == (Failover, {"text": "zone b"}, True)
    desk = CommandBench().declared()
    before = desk.incident

    desk.do("failover", at=1, form=typed.fields)

    [entry] = [entry for entry in desk.entries() if entry.fact.kind == "failed_over"]
    assert entry.fact == FailedOver(text="zone b")
    assert read(StoredEntry("failed_over", 1, *split(entry.fact))) == entry.fact
    assert [one.text for one in desk.incident.workarounds] == ["zone b"]
    desk.do("timeline", at=2)
    assert "failed over to zone b" in desk.answer()
    desk.do("help", at=2)
    assert "failover" in desk.answer()
    said = [job for job in effects(before, desk.incident, [entry], team_policy(), entry.recorded_at) if job.kind is JobKind.SAY]
    assert [job.template for job in said] == ["failover"]


def test_a_failover_to_itself_is_refused() -> None:
    outcome = CommandBench().declared().do("failover", at=1, text="checkout")
    assert (outcome.code, outcome.reason) == ("E_STATE", "failover_to_itself")


def test_the_channel_line_shows_the_failover() -> None:
    assert HandmadeDesk().said(Failover(text="zone b")) == "*Failed over*, says <@UILSE>: zone b"
'''


def below(line: str, added: str, text: str) -> str:
    """Return the text with an addition below the one line that begins so."""
    [place] = [m.end() for m in re.finditer(rf"(?m)^{re.escape(line)}.*\n", text)]
    return text[:place] + added + text[place:]


def edits() -> dict[str, Callable[[str], str]]:
    """Return the edit of each file by its path in the recipe."""
    import_line = "from incident.entries.restoration import FailedOver\n"
    return {
        "commands/<verb>.py": lambda text: text + VERB,
        "templates/slack/<verb>.j2": lambda text: text + TEMPLATE,
        "tests/commands/test_<verb>.py": lambda text: text + TEST,
        "incident/entries/<theme>.py": lambda text: text + FACT,
        "incident/fold/<theme>.py": lambda text: below("from __future__", import_line, text) + FOLD,
        "templates/sentences.j2": lambda text: below("{% macro workaround_found", SENTENCE, text),
        "docs/glossary.md": lambda text: below("| `workaround_found`", ROW, text),
        "templates/slack/refusals.yaml": lambda text: text + REFUSAL,
    }


def recipe() -> list[str]:
    """Return the files that CONTRIBUTING.md lists for a verb with a new fact."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = text.partition("\n## A verb with a new fact\n")[2].partition("\n## ")[0]
    return re.findall(r"(?m)^\d\. `([^`]+)`", section)


def files(tree: Path) -> dict[str, bytes]:
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in tree.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy = tmp_path / "tree"
    for folder in TREE:
        shutil.copytree(ROOT / folder, copy / folder)
    for path in ROOT.iterdir():
        if path.is_file() and path.name[0] != ".":
            shutil.copy(path, copy)
    return copy


def run(tree: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_recipe_names_at_most_eight_files() -> None:
    assert recipe() == list(edits())
    assert len(recipe()) <= MOST


def test_a_verb_with_a_new_fact_needs_no_other_file(tree: Path) -> None:
    before = files(tree)
    for name in recipe():
        path = tree / name.replace("<verb>", "failover").replace("<theme>", "restoration")
        path.write_text(edits()[name](path.read_text("utf-8") if path.exists() else ""), "utf-8")
    after = files(tree)
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}

    assert len(touched) == len(recipe()) <= MOST
    run(tree, "bot.rendering.verb_table", "docs/reference/verbs.md")
    passed = run(tree, "pytest", "-vv", "-n", "0", "-p", "no:cacheprovider", *CHECKS).splitlines()

    assert len([line for line in passed if "test_failover.py::" in line and "PASSED" in line]) == 3
