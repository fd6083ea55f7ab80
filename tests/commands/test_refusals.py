"""Every refusal has its sentence: under thirty words, rendered with the data of the refusal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.rendering.renderer import TEMPLATES
from tests.support.command_bench import refusals

ROOT = TEMPLATES.parent
_RAISING = {"Refusal", "refuse_without"}
LIFECYCLE = re.compile(r'"([a-z_]+)"')


def raised() -> Iterator[tuple[str, str]]:
    """Return each reason that a verb raises, with the file that raises it."""
    for path in sorted((ROOT / "commands").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _RAISING and len(node.args) > 1:
                for value in ast.walk(node.args[1]):
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value, path.name


@pytest.mark.parametrize(("reason", "file"), sorted(set(raised())))
def test_every_reason_has_a_sentence(reason: str, file: str) -> None:
    assert reason in refusals(), f"{file} raises it"


@pytest.mark.parametrize("reason", ["declare_major", "lower_priority", "handover_others_role", "force_take"])
def test_reasons_of_missing_authority_are_among_the_reasons_checked(reason: str) -> None:
    assert reason in {found for found, _ in raised()}


@pytest.mark.parametrize("reason", ["over", "already_declared", "already_major", "too_late_to_void", "no_drill"])
def test_every_reason_of_the_lifecycle_that_verbs_use_has_a_sentence(reason: str) -> None:
    lifecycle = (ROOT / "incident" / "model" / "state_transitions.py").read_text(encoding="utf-8")

    assert reason in LIFECYCLE.findall(lifecycle)
    assert reason in refusals()


@pytest.mark.parametrize(("reason", "sentence"), sorted(refusals().items()))
def test_a_sentence_is_short_and_ends_with_punctuation(reason: str, sentence: str) -> None:
    spoken = re.sub(r"`[^`]*`", "x", re.sub(r"{{.*?}}", "x", re.sub(r"{%.*?%}", "", sentence)))

    assert len(spoken.split()) <= 30
    assert spoken.rstrip("x ").endswith((".", "?", "…"))


def test_the_table_of_sentences_has_no_duplicate_key() -> None:
    text = Path(TEMPLATES / "slack" / "refusals.yaml").read_text(encoding="utf-8")
    keys = re.findall(r"^([a-z_]+):", text, re.MULTILINE)

    assert sorted(keys) == sorted(set(keys))
