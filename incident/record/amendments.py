"""What was amended afterwards: updates whose text was corrected. Knows entries, and not who may amend them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected
from incident.entry import Entry

KINDS: Final = (UpdateCorrected.kind,)


def amendments_of(entries: Iterable[Entry], later: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the later entries that amend some of these entries, in order."""
    numbers = {entry.n for entry in entries}
    return tuple(one for one in later if isinstance(one.fact, UpdateCorrected) and one.fact.update in numbers)


def as_amended(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return entries as they read now: each update with its last corrected text, and without the corrections."""
    texts = {one.fact.update: one.fact.text for one in entries if isinstance(one.fact, UpdateCorrected)}
    return tuple(_with_text(entry, texts.get(entry.n)) for entry in entries if not _amends(entry, entries))


def last_correction(entries: Sequence[Entry]) -> Entry | None:
    """Return the last correction of an update among these entries, or None."""
    found = [one for one in entries if _amends(one, entries)]
    return found[-1] if found else None


def update_sent_with(entry: Entry, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the updates that one act sent with the same words as this one, itself included: one for each audience."""
    if not isinstance(entry.fact, StatusUpdatePosted):
        return ()
    act, text = (entry.recorded_at, entry.source, entry.by), entry.fact.text
    posted = [(one, one.fact) for one in entries if isinstance(one.fact, StatusUpdatePosted)]
    return tuple(one for one, fact in posted if (one.recorded_at, one.source, one.by) == act and fact.text == text)


def _amends(one: Entry, entries: Sequence[Entry]) -> bool:
    """True if an entry corrects another one of these; alone it is what was corrected itself."""
    return isinstance(one.fact, UpdateCorrected) and any(entry.n == one.fact.update for entry in entries)


def _with_text(entry: Entry, text: str | None) -> Entry:
    return entry if text is None else entry.model_copy(update={"fact": entry.fact.model_copy(update={"text": text})})
