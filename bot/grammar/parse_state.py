"""The state of parsing one line: what is read so far, what is doubtful, and where the rest begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from bot.grammar.times.day_names import other_day
from bot.grammar.tokenizer import SEPARATORS, Token, tokens_of
from bot.grammar.typed_line import TypedLine
from bot.grammar.value_parser import Vocabulary
from commands.core.fields.form_field import Control, FormField

HAPPENED: Final = "happened"
FREE_TEXT: Final = frozenset({Control.LINE, Control.TEXT, Control.WORD, Control.CATEGORY, Control.CHECK})


@dataclass(frozen=True)
class Doubt:
    """A part of a line that a person must look at: a key of the sentences under `doubts`, and the words in question.

    `day` names the day that a time was read as, where that is not today.
    """

    reason: str
    words: str
    also: str = ""
    day: str = ""


@dataclass
class ParseState:
    """The values found, and the position in the readable line from which it is still to be read.

    `invalid` are values that do not fit their field, by field; `leftover` is text that no field takes. `doubtful`: the
    tokens read last could as well start the text; `ambiguous`: the text that follows them does not settle it. `is_dated`: the
    moment at which it happened is measured, so that a time at the end of the text may be that moment; elsewhere such a time is
    text (`time_in_text`). `last_field` was read last, from `last_words`. `asserts`: the verb says that something is so, or does with these of its leading choices, `""` for none. `times` are the words
    of each time that has more than its clock or lies on another day than today, and what it means (UTC).
    """

    form_fields: Mapping[str, FormField]
    line: TypedLine
    vocabulary: Vocabulary
    is_dated: bool = False
    asserts: bool | tuple[str | None, ...] = False
    times: list[tuple[str, str]] = field(default_factory=list)
    position: int = 0
    values: dict[str, JsonValue] = field(default_factory=dict)
    invalid: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    leftover: str = ""
    ambiguous: bool = False
    doubtful: bool = False
    time_in_text: str = ""
    last_field: str = ""
    last_words: str = ""

    def tokens(self) -> list[Token]:
        """Return the next tokens that are to be read."""
        return tokens_of(self.line.text, self.position)

    def consume(self, tokens: Sequence[Token], count: int, *, doubtful: bool = False) -> None:
        """Move the position behind the first `count` tokens, and behind a colon or a dash that is alone there."""
        taken = tokens if count <= len(tokens) else tokens_of(self.line.text, self.position, count)
        self.move(taken[count - 1].end, doubtful=doubtful and not taken[count - 1].is_stopped)

    def move(self, position: int, *, doubtful: bool = False) -> None:
        """Move the position, and behind a colon or a dash that is alone there, which settles what is doubtful."""
        separators = SEPARATORS.match(self.line.text, position)
        end = separators.end() if separators else position
        self.doubtful = doubtful and not self.line.text[position:end].strip()
        self.position = end if self.line.text[position:end].strip() else position

    def empty_fields(self) -> Iterator[tuple[str, FormField]]:
        """Yield the fields that have no value yet, in the order of the model."""
        return ((name, form_field) for name, form_field in self.form_fields.items() if name not in self.values)

    def field_named(self, word: str) -> str | None:
        """Return the empty field of that name, or with that word among its other names."""
        lower = word.lower()
        empty = [(name, one) for name, one in self.empty_fields() if name != HAPPENED]
        named = next((name for name, one in empty if lower in (name, name.strip("_")) or lower in one.words), None)
        is_happened = HAPPENED in self.form_fields and HAPPENED not in self.values
        if named is None and is_happened and lower in (HAPPENED, *self.form_fields[HAPPENED].words):
            return HAPPENED
        return named

    def other_day(self, moment: datetime | None) -> str:
        """Return the name of the day of a moment, unless it is the author's today."""
        return other_day(moment, self.vocabulary.at, self.vocabulary.zone) if moment else ""

    def doubt(self, reason: str, words: str, also: str = "", day: str = "") -> None:
        """Add a doubt, once."""
        found = Doubt(reason, words, also, day)
        if found not in self.doubts:
            self.doubts.append(found)
