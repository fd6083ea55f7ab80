"""Templates of the policy for status updates: a text with placeholders such as `{title}`.

A template is filled in one pass, so text that people wrote is never read as a placeholder. Knows no markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from string import Formatter
from typing import Final

TEXT: Final = "text"
PLACEHOLDERS: Final = (
    TEXT,
    "next_update",
    "business_impact",
    "number",
    "title",
    "priority",
    "service",
    "state",
    "impact_since",
    "posted_at",
    "author",
    "commander",
)


def faults(template: str) -> Iterator[str]:
    """Yield what is wrong with a template: a placeholder that does not exist, a lone brace, no place for the text."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        yield "has a brace without a partner: write {{ or }} for a brace in the text"
        return
    named = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
    for name, spec, conversion in named:
        if name not in PLACEHOLDERS:
            yield f"has a placeholder that does not exist: {{{name}}}. {_advice(name)}"
        elif spec or conversion:
            yield f"has a format in {{{name}}}: write the name alone"
    if TEXT not in {name for name, *_ in named}:
        yield "has no {text}: the update itself would be left out"


def fill(template: str, value: Callable[[str], str]) -> str:
    """Return a template without faults, filled in; `value` returns the value of a placeholder."""
    return "".join(literal + (value(name) if name else "") for literal, name, *_ in Formatter().parse(template))


def _advice(name: str) -> str:
    close = get_close_matches(name.lower(), PLACEHOLDERS, n=1)
    return f"Did you mean {{{close[0]}}}?" if close else f"Those are {', '.join(PLACEHOLDERS)}"
