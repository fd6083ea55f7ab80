"""Judges words for which a verb has no field: plain words do no harm, but a time, a person or an incident was meant.

Knows what values look like; knows no verb.
"""

from __future__ import annotations

import re
from typing import Final

from bot.grammar.datetime_parser import looks_like_time, read_time
from bot.grammar.times.time_zones import read_zone
from bot.grammar.tokenizer import assignments_in, tokens_of
from bot.grammar.value_parser import INCIDENT_NUMBER, Vocabulary, is_incident, looks_like_person

_SHORT_NUMBER: Final = re.compile(r"#?\d{1,6}")
_STARTS_TIME: Final = frozenset({"in", "tomorrow", "today", "yesterday", "tonight", "half"})


def names_incident(text: str) -> str | None:
    """Return the number of an incident, long or short, if a text is nothing else."""
    word = text.strip().rstrip(",;:.?")
    return word if INCIDENT_NUMBER.fullmatch(word) or _SHORT_NUMBER.fullmatch(word) else None


def tells(text: str, vocabulary: Vocabulary) -> bool:
    """True if words hold what a field could be meant for: a time, a zone, a person, an incident, a `name=value`."""
    if assignments_in(text, 0):
        return True
    tokens = tokens_of(text, 0, len(text))
    for index, token in enumerate(tokens):
        word = token.text
        if (
            looks_like_time(word)
            or looks_like_person(word)
            or is_incident(word)
            or (word.isupper() and read_zone([word]))
        ):
            return True
        words = [one.raw for one in tokens[index : index + 8]]
        starts_time = word[:1].isdigit() or word.lower() in _STARTS_TIME
        if starts_time and read_time(words, at=vocabulary.at, zone=vocabulary.zone):
            return True
    return False
