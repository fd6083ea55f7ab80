"""Cuts the rest of a typed line into tokens. Knows where each token begins; knows no field and no verb.

A token is a mention, a channel or a link of Slack (`<@U12AB>`, `<#C12AB|general>`) or a run without spaces. Because every
token has its position, the text at the end of a line is cut from the line itself and kept to the letter.

Three patterns are matched against the line and not against tokens, since what they match may contain spaces:

- `name=value`, `name="several words"`, `name=“several words”`, `name=<@U12AB>`
- `because …`, at the beginning or after a space, in any case
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, NamedTuple

BECAUSE: Final = re.compile(r"(?:^|(?<=\s))because\s+", re.IGNORECASE)
# No value has more words than this, so that reading a line takes time in proportion to its length.
MOST_TOKENS: Final = 32
_TOKEN: Final = re.compile(r"<[@#!][^<>]*>,?|\S+")
_ASSIGNMENT: Final = re.compile(r"(\w+)=(?:\"([^\"]*)\"|“([^”]*)”|(<@[^<>]*>|\S*))(?=\s|$)")


class Token(NamedTuple):
    """A token and its position in the line: the index of its first character, and the index after its last."""

    text: str
    start: int
    end: int


class Assignment(NamedTuple):
    """A `name=value` of a line. An unquoted value may go on in the tokens after `end` (`next=tomorrow 09:00`)."""

    name: str
    value: str
    quoted: bool
    end: int


def tokens_of(line: str, start: int = 0, most: int = MOST_TOKENS) -> list[Token]:
    """Return the first tokens of a line from a position on."""
    return [Token(found[0], found.start(), found.end()) for found in islice(_TOKEN.finditer(line, start), most)]


def count_words(text: str) -> int:
    """Return the number of tokens of a whole text."""
    return sum(1 for _ in _TOKEN.finditer(text))


def assignment_at(line: str, start: int) -> Assignment | None:
    """Return the `name=value` that begins at a position, or None."""
    found = _ASSIGNMENT.match(line, start)
    if found is None:
        return None
    name, *quoted, plain = found.groups()
    value = next((part for part in quoted if part is not None), None)
    return Assignment(name, plain if value is None else value, value is not None, found.end())
