"""What masks hide, in entries and in the folded incident: the one place that decides it.

A person who may not redact masks a message; the record keeps the text, and whatever shows text asks here. Knows masks
and entries, and not who may mask, unmask or redact.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entry import Entry, IncidentKey
from incident.frozen import Frozen, text_fields
from incident.model.incident import Incident
from incident.model.slack_references import Mask
from incident.ports import Reader
from incident.record.message_history import MESSAGES, place_of

MASKED: Final = "[masked]"
# A shorter text says the same in too many places for its repetition to mean anything.
_QUOTABLE: Final = 8
_ABOUT_MASKS: Final = (Masked, MaskLifted, Redacted)
KINDS: Final = tuple(fact.kind for fact in _ABOUT_MASKS)


def masks_after(masks: tuple[Mask, ...], entry: Entry) -> tuple[Mask, ...]:
    """Return the masks after one more entry: it masks a message, widens a mask, lifts it or redacts the message."""
    fact = entry.fact
    if not isinstance(fact, _ABOUT_MASKS):
        return masks
    known = mask_of(masks, (fact.channel, fact.ts))
    if not isinstance(fact, Masked):
        return tuple(mask for mask in masks if mask is not known)
    if known is None:
        new = Mask(n=entry.n, channel=fact.channel, ts=fact.ts, entries=fact.entries, by=entry.by, at=entry.recorded_at)
        return (*masks, new)
    wider = known.model_copy(update={"entries": tuple(sorted({*known.entries, *fact.entries}))})
    return tuple(wider if mask is known else mask for mask in masks)


def mask_of(masks: Iterable[Mask], place: tuple[str, str]) -> Mask | None:
    """Return the mask of a message, or None."""
    return next((mask for mask in masks if mask.place == place), None)


def masks_of_chain(entries: Iterable[Entry]) -> tuple[Mask, ...]:
    """Return the masks at the end of a chain, from its entries about masks."""
    masks: tuple[Mask, ...] = ()
    for entry in entries:
        masks = masks_after(masks, entry)
    return masks


def hides(masks: Sequence[Mask], entry: Entry) -> bool:
    """True if masks hide the text of an entry: it is about a masked message, or quoted it."""
    if isinstance(entry.fact, _ABOUT_MASKS):
        return False
    place = place_of(entry.fact)
    return any(entry.n in mask.entries or place == mask.place for mask in masks)


def masked(entry: Entry, masks: Sequence[Mask]) -> Entry:
    """Return an entry as people may see it: hidden text reads `[masked]`."""
    if entry.redacted or not hides(masks, entry):
        return entry
    words = dict.fromkeys(_texts(entry), MASKED)
    return entry.model_copy(update={"fact": entry.fact.model_copy(update=words)})


def masked_incident(incident: Incident, hidden: Iterable[Entry]) -> Incident:
    """Return the folded incident as people may see it: text of a hidden entry reads `[masked]` wherever it is repeated."""
    hiding = [entry for entry in hidden if hides(incident.masks, entry) and not entry.redacted]
    texts = frozenset(text for entry in hiding for text in _texts(entry).values() if text.strip())
    shown: Incident = _masked(incident, texts)
    return shown


def hidden(incident: Incident, reader: Reader) -> Iterator[Entry]:
    """Return the entries that the masks of an incident hide, with their text."""
    for mask in incident.masks:
        yield from hidden_by(mask, incident.key, reader)


def hidden_by(mask: Mask, key: IncidentKey, reader: Reader) -> Iterator[Entry]:
    """Return the entries that one mask hides: those about its message, also later ones, and those that quoted it."""
    about = [entry for entry in reader.message(key, *mask.place) if not isinstance(entry.fact, _ABOUT_MASKS)]
    yield from about
    for n in sorted({*mask.entries} - {entry.n for entry in about}):
        yield from reader.entries(key, after=n - 1, until=n)


def quoting(entries: Iterable[Entry], place: tuple[str, str]) -> tuple[int, ...]:
    """Return the numbers of the entries that repeat the text of a message: promotions of it, and entries that hold its text."""
    whole = [entry for entry in entries if not isinstance(entry.fact, _ABOUT_MASKS) and not entry.redacted]
    about = [entry for entry in whole if place_of(entry.fact) == place]
    of_message = [_texts(entry).values() for entry in about if isinstance(entry.fact, MESSAGES)]
    needles = {text.strip() for texts in of_message for text in texts if len(text.strip()) >= _QUOTABLE}
    patterns = [re.compile(rf"(?<!\w){re.escape(text)}(?!\w)") for text in needles]
    named = {entry.n for entry in about if _texts(entry)}
    named |= {
        entry.n for entry in whole if any(found.search(text) for found in patterns for text in _texts(entry).values())
    }
    return tuple(sorted(named))


def _texts(entry: Entry) -> dict[str, str]:
    fields = text_fields(type(entry.fact))
    return {name: text for name in fields if isinstance(text := getattr(entry.fact, name), str)}


def _masked(value: Any, texts: Collection[str]) -> Any:
    """Return a folded value in which every personal text that is among the hidden ones reads `[masked]`."""
    if isinstance(value, Frozen):
        changed = dict(_changes(value, texts))
        return value.model_copy(update=changed) if changed else value
    if type(value) is tuple:
        inner = tuple(_masked(one, texts) for one in value)
        return inner if any(new is not old for new, old in zip(inner, value, strict=True)) else value
    return value


def _changes(value: Frozen, texts: Collection[str]) -> Iterator[tuple[str, Any]]:
    words = text_fields(type(value))
    for name in type(value).model_fields:
        old = getattr(value, name)
        new = (MASKED if old in texts else old) if name in words else _masked(old, texts)
        if new is not old:
            yield name, new
