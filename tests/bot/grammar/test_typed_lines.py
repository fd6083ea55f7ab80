"""A corpus of typed lines with the right reading of each: none is silently read wrong, and the shares of what happens are printed."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.grammar.command_parser import ParsedCommand
from incident.frozen import utc_text
from tests.support.parsed_lines import comparable, meaning, parsed

HERE = Path(__file__).parent
# Where a published time is put: in a field before the text or after it, before a colon, in fields of other verbs.
SHAPES: dict[str, tuple[str, dict[str, object]]] = {
    "note happened={} Pager fired": ("happened", {"text": "Pager fired"}),
    "note happened={}: pager fired": ("happened", {"text": "pager fired"}),
    "note Pager fired happened={}": ("happened", {"text": "Pager fired"}),
    "time started_at {} because of the log": ("at", {"field": "started_at", "basis": "of the log"}),
    "reopen since={} because it is back": ("recurrence_at", {"reason": "it is back"}),
    'declare service=checkout started="{}" Payments fail': (
        "started_at",
        {"service": "checkout", "title": "Payments fail"},
    ),
}


class Case(NamedTuple):
    """A line and its right reading. `fields` and `happened` are what it means, if it acts; `asks` is why it asks."""

    line: str
    verb: str | None
    fields: dict[str, object]
    asks: str = ""
    suggests: str | None = None


def pairs(name: str) -> Iterator[tuple[str, str]]:
    for row in (HERE / name).read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            line, _, meant = row.partition(" => ")
            yield line, meant


def typed_lines() -> Iterator[Case]:
    for line, meant in pairs("typed_lines.txt"):
        typed = json.loads('"' + line.replace('"', '\\"') + '"')
        verb, _, rest = meant.partition(" ")
        if verb == "?":
            yield Case(typed, None, {}, asks=rest)
        elif meant.startswith("no verb"):
            yield Case(typed, None, {}, suggests=meant.removeprefix("no verb").strip() or None)
        else:
            yield Case(typed, verb, json.loads(rest))


def published_times() -> Iterator[Case]:
    for literal, meant in pairs("published_times.txt"):
        for shape, (name, others) in SHAPES.items():
            line = shape.format(literal)
            if meant.startswith("? "):
                yield Case(line, None, {}, asks=meant.removeprefix("? "))
            else:
                yield Case(line, line.split()[0], {name: meant, **others})


CASES = [*typed_lines(), *published_times()]


def reasons(command: ParsedCommand) -> set[str]:
    """Return every reason for which a line opens its form."""
    named = {"missing": command.missing, "invalid": command.invalid, "leftover": command.leftover}
    found = {name for name, present in named.items() if present} | {one.reason for one in command.doubts}
    found |= {"unread"} if command.invalid or command.missing else set()
    return found | ({"ambiguous"} if command.ambiguous else set())


def fault(case: Case) -> str | None:
    """Return what is wrong with the reading of a line, or None."""
    command = parsed(case.line)
    if case.asks:
        return None if not command.is_complete and case.asks in reasons(command) else f"asks {reasons(command)}"
    if case.verb is None:
        is_right = command.verb is None and command.nearest == case.suggests and command.text in case.line
        return None if is_right else f"{command.verb} {command.nearest}"
    right = {name: comparable(_whole(value)) for name, value in case.fields.items()}
    found = meaning(command)
    if not command.is_complete:
        return f"asks {reasons(command)}"
    return None if command.verb and (command.verb.name, found) == (case.verb, right) else f"{command.verb} {found}"


def _whole(value: object) -> object:
    """Return a moment of the corpus with its seconds."""
    is_moment = isinstance(value, str) and value[:2] == "20" and value.endswith("Z") and "T" in value
    return utc_text(datetime.fromisoformat(str(value))) if is_moment else value


def test_no_line_of_the_corpus_is_read_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [f"{case.line}: {found}" for case in CASES if (found := fault(case))]

    outcomes = Counter(
        "refused" if case.verb is None and not case.asks else "form" if case.asks else "at once" for case in CASES
    )
    shares = ", ".join(f"{name} {count} ({count / len(CASES):.0%})" for name, count in outcomes.most_common())
    with capsys.disabled():
        sys.stdout.write(f"\n{len(CASES)} typed lines, {len(wrong)} read wrong: {shares}\n")
    assert len(CASES) >= 400
    assert wrong == []


@pytest.mark.parametrize("literal", [literal for literal, meant in pairs("published_times.txt") if "?" not in meant])
def test_words_after_a_published_time_are_text(literal: str) -> None:
    command = parsed(f"note happened={literal} Pager fired")

    assert command.fields == {"text": "Pager fired"}
