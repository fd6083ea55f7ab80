"""Reads what follows the verb into fields: leading words, `name=value`, `name value`, then text and `because`.

Knows the marks of the fields and where each word stands in the line, so that the text comes out to the letter. When it
happened is told as `happened=value` only, since a text may well begin with that word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydantic import JsonValue

from bot.grammar.value_parser import ParsedValue, Vocabulary, looks_like_person, parse_value
from commands.core.fields.form_field import Control, FormField

HAPPENED: Final = "happened"
_TOKEN: Final = re.compile(r"<[@#!][^<>]*>,?|\S+")
_NAMED: Final = re.compile(r"(\w+)=(?:\"([^\"]*)\"|“([^”]*)”|(<@[^<>]*>|\S*))(?=\s|$)")
_BECAUSE: Final = re.compile(r"(?:^|\s+)because\s+", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(INC-\d{4}-\d{4,})[,.;:]?", re.IGNORECASE)
_BOTH_LEVELS: Final = re.compile(r"([1-3])/([1-3])")
_TEXTS: Final = frozenset({Control.LINE, Control.TEXT, Control.WORD, Control.CATEGORY, Control.CHECK})


class Token(NamedTuple):
    """A word and where it stands."""

    text: str
    start: int


@dataclass
class ParseState:
    """Fields as they are being read from one line."""

    asks: Mapping[str, FormField]
    line: str
    known: Vocabulary
    fields: dict[str, JsonValue] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    left: str = ""
    ambiguous: bool = False
    start: int = 0
    doubtful: bool = False

    def tokens(self) -> list[Token]:
        """Give the words not yet read."""
        return [Token(found[0], found.start()) for found in _TOKEN.finditer(self.line, self.start)]

    def take(self, tokens: Sequence[Token], words: int, *, doubtful: bool = False) -> None:
        """Count words as read; `doubtful` when they could have been the start of the text."""
        self.start = tokens[words].start if words < len(tokens) else len(self.line)
        self.doubtful = doubtful

    def waiting(self) -> Iterator[tuple[str, FormField]]:
        """Give the fields that have no value yet."""
        return ((name, ask) for name, ask in self.asks.items() if name not in self.fields)


def parse_fields(asks: Mapping[str, FormField], line: str, known: Vocabulary) -> ParseState:
    """Read what follows the verb."""
    draft = ParseState(asks, line.rstrip(), known)
    while (tokens := draft.tokens()) and not _ends_here(draft, tokens[0]):
        if not (_assigned(draft, tokens) or _spoken(draft, tokens) or _leading(draft, tokens)):
            break
    _text(draft)
    return draft


def _ends_here(draft: ParseState, token: Token) -> bool:
    return token.text.lower() == "because" and any(ask.because for ask in draft.asks.values())


def _assigned(draft: ParseState, tokens: Sequence[Token]) -> bool:
    """Read `name=value`; a value that cannot be read is kept as such, never taken for text."""
    found = _NAMED.match(draft.line, tokens[0].start)
    name = _field(draft, found[1]) if found else None
    if found is None or name is None:
        return False
    quoted = next((part for part in found.groups()[1:3] if part is not None), None)
    words, count = _words_of(draft, found, quoted)
    ask = draft.asks[name]
    value = _free(ask, words[0], draft, name) if ask.control in _TEXTS else parse_value(ask, words, draft.known)
    if value is None:
        draft.unread.append((name, words[0]))
    else:
        draft.fields[name] = value.value
    after = count if value is None or quoted is not None else found.end() + _length(draft, found, value.words)
    draft.start = after
    draft.doubtful = False
    return True


def _words_of(draft: ParseState, found: re.Match[str], quoted: str | None) -> tuple[list[str], int]:
    if quoted is not None:
        return [quoted], found.end()
    more = [token[0] for token in _TOKEN.finditer(draft.line, found.end())]
    return [found[4], *more], found.end()


def _length(draft: ParseState, found: re.Match[str], words: int) -> int:
    """Give how far the further words of an unquoted value reach (`next=tomorrow 09:00`)."""
    more = list(_TOKEN.finditer(draft.line, found.end()))[: words - 1]
    return more[-1].end() - found.end() if more else 0


def _free(ask: FormField, said: str, draft: ParseState, name: str) -> ParsedValue | None:
    if ask.control is Control.CHECK:
        return parse_value(ask, [said], draft.known)
    if ask.control is Control.CATEGORY and "/" in said and "subcategory" in draft.asks:
        said, _, below = said.partition("/")
        draft.fields["subcategory"] = below.strip()
    return ParsedValue(said.strip(), 1) if said else None


def _spoken(draft: ParseState, tokens: Sequence[Token]) -> bool:
    """Read `name value` where the value can be told from text by its form."""
    name = _field(draft, tokens[0].text)
    if name is None or name == HAPPENED:
        return False
    found = _said_plainly(draft, draft.asks[name], [token.text for token in tokens[1:]])
    if found is None:
        return False
    ask = draft.asks[name]
    draft.fields[name] = found.value
    draft.take(tokens, found.words + 1, doubtful=found.plain and not (ask.leading and ask.needed))
    return True


def _said_plainly(draft: ParseState, ask: FormField, words: Sequence[str]) -> ParsedValue | None:
    """Read a value without `=`; of the fields that take any word, only the number of an incident (`of INC-2026-0042`)."""
    if ask.control not in _TEXTS:
        return parse_value(ask, words, draft.known)
    number = _NUMBER.fullmatch(words[0]) if words and ask.control is Control.WORD else None
    return ParsedValue(number[1].upper(), 1) if number else None


def _leading(draft: ParseState, tokens: Sequence[Token]) -> bool:
    """Read a leading word for the first field that it fits."""
    words = [token.text for token in tokens]
    for name, ask in draft.waiting():
        if not ask.leading:
            continue
        if ask.control is Control.PERSON and looks_like_person(words[0]) and not parse_value(ask, words, draft.known):
            draft.unread.append((name, words[0]))
            draft.take(tokens, 1)
            return True
        found = _lead(draft, name, ask, words)
        if found is not None:
            draft.fields[name] = found.value
            several = ask.control in (Control.AUDIENCES, Control.CHOICES)
            draft.take(tokens, found.words, doubtful=found.plain and (several or not ask.needed))
            return True
    return False


def _lead(draft: ParseState, name: str, ask: FormField, words: Sequence[str]) -> ParsedValue | None:
    if ask.control is Control.CHECK:
        return ParsedValue(True, 1, plain=True) if words[0].lower() in (name, *ask.words) else None
    if ask.control is Control.CATEGORY:
        return _category(draft, ask, name)
    both = _BOTH_LEVELS.fullmatch(words[0]) if ask.control is Control.LEVEL else None
    if both is not None:
        second = next((n for n, a in draft.waiting() if a.control is Control.LEVEL and n != name), None)
        if second is not None:
            draft.fields[second] = int(both[2])
            return ParsedValue(int(both[1]), 1)
    return parse_value(ask, words, draft.known)


def _category(draft: ParseState, ask: FormField, name: str) -> ParsedValue | None:
    """Take everything up to `because` as `Category/Subcategory`."""
    text = draft.line[draft.start :].strip()
    cut = _BECAUSE.search(text)
    said = text[: cut.start()] if cut else text
    return _free(ask, said, draft, name) and ParsedValue(said.partition("/")[0].strip(), len(_TOKEN.findall(said)))


def _field(draft: ParseState, word: str) -> str | None:
    spoken = word.lower()
    return next((name for name, ask in draft.waiting() if spoken == name or spoken in ask.words), None)


def _text(draft: ParseState) -> None:
    """Give what is left to the field that takes text, and what follows `because` to the one that takes reasons."""
    text = draft.line[draft.start :].strip()
    draft.ambiguous = draft.doubtful and text[:1].islower() and not _BECAUSE.match(text)
    rest = next((name for name, ask in draft.waiting() if ask.rest), None)
    reason = next((name for name, ask in draft.waiting() if ask.because), None)
    cut = _BECAUSE.match(text) if rest == reason else _BECAUSE.search(text)
    if reason is not None and cut is not None:
        _fill(draft, reason, text[cut.end() :])
        text = text[: cut.start()]
        rest = None if rest == reason else rest
    if rest is not None:
        _fill(draft, rest, text)
    else:
        draft.left = text


def _fill(draft: ParseState, name: str, text: str) -> None:
    ask = draft.asks[name]
    if not text:
        return
    if ask.control in _TEXTS:
        draft.fields[name] = text
        return
    found = parse_value(ask, text.split(), draft.known)
    if found is None or found.words < len(text.split()):
        draft.unread.append((name, text))
    else:
        draft.fields[name] = found.value
