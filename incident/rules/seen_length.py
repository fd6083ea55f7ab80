"""How long a text is to the people who read it. Text is stored in Slack's escaped form, and limits count no escapes."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)


def seen_length(text: str) -> int:
    """Return how many characters people see: `&amp;` is one, and a link is its label or its address."""
    return len(text) if _is_plain(text) else sum(_seen(unit) for unit in _UNITS.findall(text))


def cut_seen(text: str, limit: int) -> str:
    """Return the start of a text of which people see at most `limit` characters; no escape and no link is cut in two."""
    if _is_plain(text):
        return text[:limit]
    found, length = [], 0
    for unit in _UNITS.findall(text):
        length += _seen(unit)
        if length > limit:
            break
        found.append(unit)
    return "".join(found)


def _is_plain(text: str) -> bool:
    return "<" not in text and "&" not in text


def _seen(unit: str) -> int:
    if len(unit) > 1 and unit.startswith("<"):
        target, _, label = unit[1:-1].partition("|")
        return len(label or target)
    return 1
