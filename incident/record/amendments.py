"""What was amended afterwards: updates whose text was corrected, acts that were taken back. Knows not who may do so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from incident.entries.conversation import Corrected
from incident.entries.lifecycle import Undone
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected
from incident.entry import Entry

_REASON: Final = "because "
KINDS: Final = (UpdateCorrected.kind, Undone.kind)


def amendments_of(entries: Iterable[Entry], later: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the later entries that amend some of these entries, in order; none that is among them already."""
    numbers = frozenset(entry.n for entry in entries)
    return tuple(one for one in later if one.n not in numbers and _amended_by(one) & numbers)


def as_amended(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return entries as they read now: each update with its last corrected text, and without the corrections."""
    texts = {one.fact.update: one.fact.text for one in entries if isinstance(one.fact, UpdateCorrected)}
    amending = frozenset(one.n for one in amendments_in(entries))
    return tuple(_with_text(entry, texts.get(entry.n)) for entry in entries if entry.n not in amending)


def amendments_in(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return those of the entries that amend others of them, in order."""
    numbers = frozenset(entry.n for entry in entries)
    return tuple(one for one in entries if _amended_by(one) & numbers)


def corrections_of(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Return the last correction of what an entry says, by the number of the entry. Corrections of times are none."""
    corrections: dict[int, Entry] = {}
    for entry in entries:
        if isinstance(entry.fact, Corrected):
            corrections[entry.fact.corrects] = entry
        elif isinstance(entry.fact, UpdateCorrected):
            corrections[entry.fact.update] = entry
    return corrections


def as_reason(text: str) -> str:
    """Return the words by which a correction gives the reason of a decision that was recorded without one."""
    return f"{_REASON}{text}"


def reason_in(text: str) -> str | None:
    """Return the reason that the words of a correction give; None for one that says what is right."""
    return text[len(_REASON) :] if text[: len(_REASON)].lower() == _REASON else None


def update_sent_with(entry: Entry, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the updates that one act sent with the same words as this one, itself included: one for each audience."""
    if not isinstance(entry.fact, StatusUpdatePosted):
        return ()
    act, text = (entry.recorded_at, entry.source, entry.by), entry.fact.text
    posted = [(one, one.fact) for one in entries if isinstance(one.fact, StatusUpdatePosted)]
    return tuple(one for one, fact in posted if (one.recorded_at, one.source, one.by) == act and fact.text == text)


def _amended_by(one: Entry) -> frozenset[int]:
    """Return the numbers of the entries that an entry amends."""
    fact = one.fact
    if isinstance(fact, UpdateCorrected):
        return frozenset({fact.update})
    return frozenset(fact.entries) if isinstance(fact, Undone) else frozenset()


def _with_text(entry: Entry, text: str | None) -> Entry:
    return entry if text is None else entry.model_copy(update={"fact": entry.fact.model_copy(update={"text": text})})
