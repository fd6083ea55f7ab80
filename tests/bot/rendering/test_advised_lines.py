"""Every line that an answer tells people to type is read as the command it names: nothing in it is left over or asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.rendering.renderer import TEMPLATES
from tests.support.parsed_lines import parsed

_ADVISED = re.compile(r"`(?:/incident|{{ command }}) ([^`\n]+)`")
_EXPRESSION = re.compile(r"{{(.*?)}}|{%.*?%}")
# An example of what an expression of a template gives, by a word in it; the first that fits.
_VALUES = (
    ("number ~ ' '", "INC-2026-0042 "), ("number", "INC-2026-0042"), ("role", "commander"), ("vacant", "commander"),
    ("audience", "customer"), ("this", "INC-2026-0041"), ("names[0] | replace", "started"), ("wrong[0]", "started"), ("settable[0]", "started"),
    ("names | join", "internal"), ("words|words", "11:30"), ("word|words", "p1"), ("amendable", "12"), ("entr", "12"),
    (".n ", "12"), (".pack", "PK1"), ("regime", "gdpr33"), ("obligation", "initial"), ("id", "X1"), ("names[0]", "X1"), ("nearest", "note"),
)  # fmt: skip
# These are written by `usage`, repeat a line that was typed, or name no command.
_ELSEWHERE = ("c.view.usage", "{{ line }}", "limits(v)", "INC-2026-0042 …")
# A verb's own ids, where an expression says no more than `id`.
_IDS = {
    "task": "T1",
    "tempfix": "TF1",
    "decide": "D1",
    "done": "A1",
    "validate": "owner",
    "evidence": "EV1",
    "vendor": "CASE-1",
    "contain": "C1",
    "finding": "F1",
    "recover": "R1",
}


def advised() -> Iterator[str]:
    """Yield each line once, as its template writes it."""
    files = sorted((TEMPLATES / "slack").rglob("*.*"))
    texts = (path.read_text("utf-8") for path in files if path.suffix in (".j2", ".yaml"))
    found = {line for text in texts for line in _ADVISED.findall(text)}
    yield from sorted(line for line in found if not any(one in line for one in _ELSEWHERE))


def typed(line: str) -> str:
    """Return an advised line as a person types it, with examples in the place of its expressions and of `…`."""

    def value(found: re.Match[str]) -> str:
        expression = f"{found[1] or ''} "
        return next((text for word, text in _VALUES if word in expression), "") if found[1] else ""

    example = _EXPRESSION.sub(value, line).replace("X1", _IDS.get(line.split()[0], "12"))
    for name in ("@name", "@next", "@owner", "@them"):
        example = example.replace(name, "@ilse")
    example = example.replace("sha256=…", f"sha256={'a' * 64}").replace("due=…", "due=friday")
    example = example.replace("service=… impact=… urgency=…", "service=checkout impact=1 urgency=1")
    example = example.replace("take …", "take commander").replace("determine …", "determine classified_major")
    return example.replace("…", "it was seen in the log")


@pytest.mark.parametrize("line", list(advised()))
def test_an_advised_line_is_read_as_the_command_that_it_names(line: str) -> None:
    command = parsed(typed(line))

    assert command.verb is not None, typed(line)
    assert (command.invalid, command.leftover, command.ambiguous) == ((), "", False), typed(line)
    assert {doubt.reason for doubt in command.doubts} <= {"role_alone", "priority"}, typed(line)


def test_the_lines_are_found() -> None:
    assert len(list(advised())) > 100
