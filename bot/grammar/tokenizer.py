"""Cuts the readable form of a typed line into tokens. Knows where each token begins; knows no field and no verb.

A token is a mention, a channel or a group of Slack (`<@U12AB>`, `<#C12AB|general>`), words in quotes, or a run without spaces.
A comma, semicolon, colon or full stop after it is punctuation, and so is a dash or a colon that is alone.

Two patterns are matched against the line and not against tokens, since what they match may contain spaces:

- `name=value`, `name: value`, `--name value`, with `"several words"` in quotes of any kind
- `because …`, at the beginning or after a space, in any case
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, NamedTuple

BECAUSE: Final = re.compile(r"(?:^|(?<=\s))because\b[,:]?(?:\s+|$)", re.IGNORECASE)
# No value has more words than this, so that reading a line takes time in proportion to its length.
MOST_TOKENS: Final = 32
_TOKEN: Final = re.compile(r"<[@#!][^<>]*>[,;:.!]*|\S+")
# A quote may contain the other kind of quote; `“` and `‘` are every printed kind (`typed_line`).
_IN_QUOTES: Final = (
    r"""(?:"(?P<d1>[^"]*)"|“(?P<d2>[^“]*)“|“(?P<d3>[^“"]*)"|'(?P<s1>[^']*)'(?!\w)|‘(?P<s2>[^‘]*)‘(?!\w))"""
)
_QUOTED: Final = re.compile(rf"\s*{_IN_QUOTES}[,;:.]*")
_ASSIGNMENT: Final = re.compile(
    rf"(?<![^\s(\[])(?:--|[-—–])?(?P<name>[^\W\d][\w-]*)(?P<sign>\s{{0,2}}=\s{{0,2}}|:\s{{0,2}})"
    rf"(?:{_IN_QUOTES}|(?P<plain><[@#!][^<>]*>|\S*?))(?=[,;.]?(?:\s|$)|(?<=>))"
)
_OPTION: Final = re.compile(r"(?:--|[—–])(?P<name>[^\W\d][\w-]*)(?=\s|$)")
_PUNCTUATION: Final = ",;:.!"
# Not across the end of a line: there a dash is the mark of a list.
SEPARATORS: Final = re.compile(r"(?:[^\S\n]*(?:[-–—:,;|]|->|=>)(?=\s|$))*\s*")


class Token(NamedTuple):
    """A token and its position in the line: the index of its first character, and the index after its last.

    `text` is without the punctuation after it, `raw` with it.
    """

    text: str
    raw: str
    start: int
    end: int

    @property
    def is_stopped(self) -> bool:
        """True if a colon or semicolon follows, which ends what may belong together."""
        return self.raw[-1:] in (":", ";")


class Assignment(NamedTuple):
    """A `name=value` of a line. An unquoted value may go on in the tokens after `end` (`next=tomorrow 09:00`).

    `value_start` is where the value begins; `is_named_by_colon` for `name: value`.
    """

    name: str
    value: str
    quoted: bool
    start: int
    value_start: int
    end: int
    is_named_by_colon: bool = False


def tokens_of(line: str, start: int = 0, most: int = MOST_TOKENS) -> list[Token]:
    """Return the first tokens of a line from a position on."""
    return [_token(found) for found in islice(_TOKEN.finditer(line, start), most)]


def last_tokens(line: str, most: int) -> list[Token]:
    """Return the last tokens of a line."""
    longest = max(0, len(line) - 40 * most)
    return tokens_of(line, longest, len(line))[-most:]


def quoted_at(line: str, start: int) -> Token | None:
    """Return the words in quotes that start at the next token, or None."""
    found = _QUOTED.match(line, start)
    if found is None:
        return None
    return Token((_inner(found) or "").strip(), found[0].lstrip(), found.start(), found.end())


def assignment_at(line: str, start: int) -> Assignment | None:
    """Return the `name=value`, `name: value` or `--name value` that begins at a position, or None."""
    found = _ASSIGNMENT.match(line, start)
    if found is None:
        option = _OPTION.match(line, start)
        return option and Assignment(_name(option), "", False, start, option.end(), option.end())
    return _assignment(found)


def assignments_in(line: str, start: int) -> list[Assignment]:
    """Return every `name=value` and `name: value` from a position on that begins a word."""
    return [_assignment(found) for found in _ASSIGNMENT.finditer(line, start)]


def _assignment(found: re.Match[str]) -> Assignment:
    quoted = _inner(found)
    plain = found["plain"] or ""
    return Assignment(
        _name(found),
        plain if quoted is None else quoted.strip(),
        quoted is not None,
        found.start(),
        found.end("sign"),
        found.end(),
        is_named_by_colon=found["sign"].startswith(":"),
    )


def _inner(found: re.Match[str]) -> str | None:
    """Return what a match holds in quotes, or None."""
    return next((found[name] for name in ("d1", "d2", "d3", "s1", "s2") if found[name] is not None), None)


def _name(found: re.Match[str]) -> str:
    return found["name"].lower().replace("-", "_")


def _token(found: re.Match[str]) -> Token:
    raw = found[0]
    return Token(raw.rstrip(_PUNCTUATION), raw, found.start(), found.end())


def count_words(text: str) -> int:
    """Return the number of tokens of a whole text."""
    return sum(1 for _ in _TOKEN.finditer(text))
