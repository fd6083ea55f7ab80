"""The tone of what people read, where a test can hold it: plain words, people by name, a mention only for who is asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.rendering.renderer import TEMPLATES

READ_IN_SLACK = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for folder in ("slack", "updates")
    for path in (TEMPLATES / folder).rglob("*")
    if path.suffix in {".j2", ".yaml"}
)
STIFF = re.compile(
    r"\b(some[b]ody|who[e]ver|wis[h]\w*|men[d]\w*|lies|is no command|nobody commands|put off|not any ?more"
    r"|cannot take anything|thereof|whilst|in order to)\b",
    re.IGNORECASE,
)
A_PERSON = re.compile(r"{{[^{}|]*\.(who|by|to|from_who|assignee|owner|person|reporter|approved_by|inviter)\s*}}")
# A prompt asks, a page asks, and a task that one person gives to another.
ASKING = {
    "slack/prompts/shared.j2",
    "slack/reminders/shift_change.j2",
    "slack/reminders/event.j2",
    "slack/reminders/feed.j2",
    "slack/reminders/gap.j2",
    "slack/reminders/task.j2",
    "slack/surfaces/page.j2",
    "slack/action.j2",
}


def words(name: str) -> str:
    """Return what a template says, without its own comments and code."""
    source = Path(TEMPLATES / name).read_text(encoding="utf-8")
    source = re.sub(r"^#.*$", "", source, flags=re.MULTILINE) if name.endswith(".yaml") else source
    said = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    return re.sub(r"^(verb|form|tra[y])[^|\n]*\|", "", re.sub(r"^ *[a-z_]+:", "", said, flags=re.MULTILINE), flags=re.M)


@pytest.mark.parametrize("name", READ_IN_SLACK)
def test_every_sentence_has_plain_words(name: str) -> None:
    assert [found.group() for found in STIFF.finditer(words(name))] == []


def test_a_stiff_word_would_be_found() -> None:
    assert STIFF.search("it lies in the future")
    assert not STIFF.search("It is in the future")


@pytest.mark.parametrize("name", READ_IN_SLACK)
def test_no_person_is_shown_by_id(name: str) -> None:
    assert A_PERSON.search(Path(TEMPLATES / name).read_text(encoding="utf-8")) is None


def test_only_what_asks_a_person_for_something_mentions_them() -> None:
    asking = {name for name in READ_IN_SLACK if re.search(r"\|\s*ask\b", Path(TEMPLATES / name).read_text("utf-8"))}

    assert asking == ASKING
