"""What masks hide and redactions remove, in entries and in the folded incident: the one place that decides it.

A person who may not redact masks a message or an entry; the record keeps the text, and whatever shows text asks here.
Knows masks and entries, and not who may mask, unmask or redact.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entries.delivery import ChannelMade, DeliveryFailed
from incident.entries.lifecycle import Declared, TitleChanged
from incident.entries.outside.evidence_items import FileSecured
from incident.entries.outside.report_packs import PackFrozen
from incident.entries.role_holders import Escalated
from incident.entries.status_updates import UpdateDelivered
from incident.entry import Entry, IncidentKey
from incident.frozen import REDACTED, Frozen, text_fields
from incident.model.incident import Incident
from incident.model.slack_references import Mask
from incident.ports import Reader
from incident.record.message_history import place_of

Subject: TypeAlias = tuple[str, str] | int
"""What a mask or a redaction is about: a message, by channel and ts, or else an entry, by its number."""

MASKED: Final = "[masked]"
# A shorter text says the same in too many places for its repetition to mean anything.
_QUOTABLE: Final = 8
_MENTION: Final = re.compile(r"<[@#!][^>]*>")
_ABOUT_MASKS: Final = (Masked, MaskLifted, Redacted)
# Their texts are names and errors that Slack gave, so the same words elsewhere are no quotation.
_GIVEN: Final = (ChannelMade, DeliveryFailed, UpdateDelivered)
KINDS: Final = tuple(fact.kind for fact in _ABOUT_MASKS)


def masks_after(masks: tuple[Mask, ...], entry: Entry) -> tuple[Mask, ...]:
    """Return the masks after one more entry: it masks a text, widens a mask, lifts it, or redacts all that it hides."""
    fact = entry.fact
    if not isinstance(fact, _ABOUT_MASKS):
        return masks
    known = mask_of(masks, subject_of(fact))
    if isinstance(fact, Redacted):
        return tuple(mask for mask in masks if mask is not known and not {*mask.entries} <= {*fact.entries})
    if isinstance(fact, MaskLifted):
        return tuple(mask for mask in masks if mask is not known)
    if known is None:
        about = {name: getattr(fact, name) for name in ("channel", "ts", "entry", "entries")}
        return (*masks, Mask(n=entry.n, by=entry.by, at=entry.recorded_at, **about))
    wider = known.model_copy(update={"entries": tuple(sorted({*known.entries, *fact.entries}))})
    return tuple(wider if mask is known else mask for mask in masks)


def subject_of(fact: Masked | MaskLifted | Redacted) -> Subject | None:
    """Return what a mask or a redaction is about."""
    return place_of(fact) or fact.entry


def mask_of(masks: Iterable[Mask], subject: Subject | None) -> Mask | None:
    """Return the mask of a message or an entry, or None."""
    return next((mask for mask in masks if mask.subject == subject), None)


def masks_of_chain(entries: Iterable[Entry]) -> tuple[Mask, ...]:
    """Return the masks at the end of a chain, from its entries about masks."""
    masks: tuple[Mask, ...] = ()
    for entry in entries:
        masks = masks_after(masks, entry)
    return masks


def hides(masks: Sequence[Mask], entry: Entry) -> bool:
    """True if masks hide the text of an entry: it is about a masked message, or quoted a masked text."""
    if not masks:
        return False
    place = None if isinstance(entry.fact, _ABOUT_MASKS) else place_of(entry.fact)
    return any(entry.n in mask.entries or (place is not None and place == mask.place) for mask in masks)


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
    found = reader.message(key, *mask.place) if mask.place else ()
    about = [entry for entry in found if not isinstance(entry.fact, _ABOUT_MASKS)]
    yield from about
    for n in sorted({*mask.entries} - {entry.n for entry in about}):
        yield from reader.entries(key, after=n - 1, until=n)


def quoting(entries: Iterable[Entry], subject: Subject) -> tuple[int, ...]:
    """Return the numbers of the entries that hold the text of a message or an entry, and are not redacted yet.

    Those are the entry, or every entry about the message; each that repeats a whole text of these, save another file of
    the same name; the other levels of a call, which repeat its reason; with a title the names of the channel, which were
    made from titles; and each frozen pack with a value from one of these, however short.
    """
    whole = [entry for entry in entries if not entry.redacted]
    about = [entry for entry in whole if _is_about(entry, subject) and _texts(entry)]
    named = {entry.n for entry in about}
    named |= {entry.n for entry in repeating(whole, about) if not isinstance(entry.fact, FileSecured)}
    named |= _same_call(whole, named)
    if any(isinstance(entry.fact, Declared | TitleChanged) for entry in about):
        named |= {entry.n for entry in whole if isinstance(entry.fact, ChannelMade) and not entry.fact.adopted}
    named |= {entry.n for entry in whole if isinstance(entry.fact, PackFrozen) and _cites(entry.fact, named)}
    return tuple(sorted(named))


def _cites(pack: PackFrozen, numbers: Collection[int]) -> bool:
    """True if a value of a pack is from one of these entries."""
    return any(not {*numbers}.isdisjoint(field.entries) for field in pack.fields)


def _same_call(entries: Sequence[Entry], named: Collection[int]) -> set[int]:
    """Return the levels of the calls that are named: each next level follows the one before it."""
    found: set[int] = set()
    links = [(e.n, e.fact.follows) for e in entries if isinstance(e.fact, Escalated) and e.fact.follows is not None]
    for _ in links:
        found |= {n for link in links if {*named, *found}.intersection(link) for n in link}
    return found & {entry.n for entry in entries}


def repeating(entries: Iterable[Entry], of: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries that repeat a whole text of one of the others."""
    patterns = [pattern for entry in of for pattern in _patterns(entry)]
    return (e for e in entries if any(pattern.search(text) for pattern in patterns for text in _texts(e).values()))


def is_repeated(of: Iterable[Entry], text: str) -> bool:
    """True if a text repeats a whole text of one of these entries."""
    return any(pattern.search(text) for entry in of for pattern in _patterns(entry))


def has_text(entry: Entry) -> bool:
    """True if an entry holds text that can be redacted or was."""
    return bool(text_fields(type(entry.fact))) and (entry.redacted or bool(_texts(entry)))


def _is_about(entry: Entry, subject: Subject) -> bool:
    if isinstance(subject, int):
        return entry.n == subject
    return not isinstance(entry.fact, _ABOUT_MASKS) and place_of(entry.fact) == subject


def _patterns(entry: Entry) -> Sequence[re.Pattern[str]]:
    if isinstance(entry.fact, _GIVEN):
        return ()
    texts = (text.strip() for text in _texts(entry).values())
    return [
        re.compile(rf"(?<!\w){re.escape(text)}(?!\w)") for text in texts if len(_MENTION.sub("", text)) >= _QUOTABLE
    ]


def _texts(entry: Entry) -> dict[str, str]:
    """Return the texts of an entry by field, without those that a redaction emptied before they were recorded."""
    fields = {name: getattr(entry.fact, name) for name in text_fields(type(entry.fact))}
    return {name: text for name, text in fields.items() if isinstance(text, str) and text != REDACTED}


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
