"""What later entries say of an entry: that it was corrected, replaced, edited, deleted, taken back, hidden. Knows no HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.rendering.renderer import Renderer
from incident.entries.conversation import (
    Corrected,
    DecisionApproved,
    Masked,
    MaskLifted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Redacted,
    SourceChanged,
    TimeCorrected,
)
from incident.entries.lifecycle import TitleChanged, Undone
from incident.entries.status_updates import UpdateCorrected
from incident.entry import Entry, Fact
from incident.fold.aggregate_fold import undone_by

# What a fact says of all the entries that it names.
_OF_SEVERAL: Final[Mapping[type[Fact], str]] = {
    Undone: "taken back",
    Masked: "hidden",
    MaskLifted: "shown again",
    Redacted: "removed",
}


REPLACED: Final = "replaced"


@dataclass(frozen=True)
class LaterEntry:
    """A later entry about an entry: what became of it, as in `corrected`, its number, and the words of a correction."""

    what: str
    entry: int
    text: str = ""


def later_entries(entries: Sequence[Entry], render: Renderer) -> dict[int, tuple[LaterEntry, ...]]:
    """Return the later entries about each entry, by its number. What was taken back says nothing any more."""
    found: defaultdict[int, list[LaterEntry]] = defaultdict(list)
    messages: dict[tuple[str, str], int] = {}
    replaced: defaultdict[int, list[int]] = defaultdict(list)
    undone = undone_by(entries)
    for entry in entries:
        if isinstance(entry.fact, MessagePosted):
            messages[entry.fact.channel, entry.fact.ts] = entry.n
        if entry.n not in undone:
            text = render.words(entry.fact.text) if isinstance(entry.fact, Corrected) else ""
            for number, what in _says(entry.fact, messages):
                found[number].append(LaterEntry(what, entry.n, text))
            if isinstance(entry.fact, UpdateCorrected):
                # A correction that is corrected once more is replaced too.
                for number in replaced[entry.fact.update]:
                    found[number].append(LaterEntry(REPLACED, entry.n))
                replaced[entry.fact.update].append(entry.n)
    return {number: tuple(later) for number, later in found.items()}


def _says(fact: Fact, messages: Mapping[tuple[str, str], int]) -> Iterator[tuple[int, str]]:
    """Yield the number of each entry that a fact is about, and what it says of it."""
    if isinstance(fact, Corrected | TimeCorrected):
        yield fact.corrects, "time corrected" if isinstance(fact, TimeCorrected) else "corrected"
    elif isinstance(fact, DecisionApproved):
        yield fact.decision, "approved by them"
    elif isinstance(fact, SourceChanged):
        yield fact.corrects, f"message {fact.change} afterwards"
    elif isinstance(fact, UpdateCorrected):
        yield fact.update, REPLACED
    elif isinstance(fact, TitleChanged):
        yield 1, "title changed"
    elif isinstance(fact, Undone | Masked | MaskLifted | Redacted):
        yield from ((number, _OF_SEVERAL[type(fact)]) for number in fact.entries)
    else:
        yield from _of_message(fact, messages)


def _of_message(fact: Fact, messages: Mapping[tuple[str, str], int]) -> Iterator[tuple[int, str]]:
    """Yield the number of the message that was edited or deleted, and which of the two."""
    if isinstance(fact, MessageEdited | MessageDeleted) and (fact.channel, fact.ts) in messages:
        yield messages[fact.channel, fact.ts], "edited" if isinstance(fact, MessageEdited) else "deleted"
