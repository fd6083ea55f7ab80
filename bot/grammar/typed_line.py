"""A typed line in two forms: its source, to the letter, and its readable form, in which commands are recognized.

The readable form leaves out zero-width characters, writes every printed double quote as `“` and single one as `‘`, full-width letters as plain
ones, `&amp;` as `&`, and an address that Slack has linked as the address. Each of its characters has a position in the
source, so that a text is cut from the source. Knows no verb and no field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Zero-width spaces, joiners and marks of direction: they come with pasted text and cannot be seen.
_UNSEEN: Final = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u2800\u3164\uffa0\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
) | {
    chr(code)
    for start, end in ((0x202A, 0x202E), (0x2066, 0x206F), (0xFE00, 0xFE0F), (0xE0000, 0xE01EF))
    for code in range(start, end + 1)
}
# At the ends of a text these are no more than spaces.
_BLANK: Final = "\u00ad\u200b\u200e\u2060\ufeff"
_DOUBLE_QUOTES: Final = frozenset("“”„‟«»＂〝〞〟「」『』❝❞")
_SINGLE_QUOTES: Final = frozenset("‘’‚‛‹›＇❛❜´")
_SPECIAL: Final = re.compile(
    r"&amp;|<(?P<address>(?:https?://|mailto:|tel:)[^<>|\s]*)(?:\|(?P<label>[^<>]*))?>|<[@#!][^<>]*>"
)
_SCHEME: Final = re.compile(r"^(?:mailto:|tel:)")


@dataclass(frozen=True)
class TypedLine:
    """A line: `source` as it is recorded, `text` as it is read, and the position in the source of each character of it."""

    source: str
    text: str
    positions: tuple[int, ...]

    def cut(self, start: int, end: int | None = None) -> str:
        """Return the source of a part of the readable form, without spaces around it.

        `start` is the end of what was read before, so that marks of direction before the text belong to it.
        """
        first = self._after(start)
        last = len(self.source) if end is None else self._at(end)
        return strip_blanks(self.source[first:last])

    def _at(self, index: int) -> int:
        return self.positions[index] if index < len(self.positions) else len(self.source)

    def _after(self, index: int) -> int:
        """Return where the source goes on after the character before an index."""
        if index == 0:
            return 0
        return min(self._at(index), self._end_of(index - 1))

    def _end_of(self, index: int) -> int:
        start = self.positions[index]
        found = _SPECIAL.match(self.source, start)
        return found.end() if found else start + 1


def read_line(source: str) -> TypedLine:
    """Return a line with its readable form; takes time in proportion to its length."""
    text: list[str] = []
    positions: list[int] = []
    for seen, position in _readable(source):
        text.append(seen)
        positions += [position] * len(seen)
    return TypedLine(source, "".join(text), tuple(positions))


def strip_blanks(text: str) -> str:
    """Strip spaces and zero-width spaces from both ends of a text."""
    before = None
    while text != before:
        before, text = text, text.strip().strip(_BLANK)
    return text


def _readable(source: str) -> Iterator[tuple[str, int]]:
    """Yield what is read at each position."""
    position = 0
    while position < len(source):
        found = _SPECIAL.match(source, position) if source[position] in "&<" else None
        if found is None:
            yield _plain(source[position]), position
            position += 1
            continue
        yield _meant(found), position
        position = found.end()


def _meant(found: re.Match[str]) -> str:
    """Return what Slack's markup shows; a mention stays as it is."""
    if found[0] == "&amp;":
        return "&"
    address = found["address"]
    if address is None:
        return found[0]
    shown = found["label"] if found["label"] and found["label"] in address else _SCHEME.sub("", address)
    return shown.replace(" ", "") or found[0]


def _plain(character: str) -> str:
    """Return a character as it is read: nothing for one that cannot be seen."""
    if character.isascii():
        return character
    if character in _UNSEEN:
        return ""
    if character in _DOUBLE_QUOTES:
        return "“"
    if character in _SINGLE_QUOTES:
        return "‘"
    if character.isspace():
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character
