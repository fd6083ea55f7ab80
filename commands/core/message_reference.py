"""References to a text: the message that was acted on, or a message or entry named by link, ts or entry number.

Knows the messages on the record; Muster's own are not among them.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.record.masked_view import Subject
from incident.record.message_history import is_message, place_of

TextRef: TypeAlias = Annotated[
    str | None,
    FormField(
        "What",
        Control.LINE,
        "A message's link, or a number on the timeline",
        leading=True,
        pattern=r"(?:[#Ee]-?)?\d{1,9}|(?:[A-Z0-9]+[:/])?\d{10}\.\d{6}|<?https?://\S+/archives/\S+",
    ),
]
_ABOUT_A_TEXT: Final = (Masked, MaskLifted, Redacted)
_ENTRY: Final = re.compile(r"[#Ee]?(\d{1,9})")
_LINK: Final = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})")
_TS: Final = re.compile(r"(?:(?P<channel>[A-Z0-9]+)[:/])?(?P<ts>\d{10}\.\d{6})")


def source_message(
    now: DecisionContext, channel: str | None = None, ts: str | None = None
) -> tuple[str, str] | tuple[None, None]:
    """Return channel and ts of the message that was named or acted on; nothing when it is not on the record."""
    if channel is None or ts is None:
        channel, ts = now.place.channel, now.place.message
    if channel is None or ts is None:
        return None, None
    channel = now.open.places.recorded_as(channel)
    known = is_message(now.reader.message(now.open.key, channel, ts))
    return (channel, ts) if known else (None, None)


def named_subject(now: DecisionContext, ref: str | None) -> Subject | None:
    """Return what is named, or else the message that was acted on; None when it is neither.

    An entry that is about a message names the message, and any other entry of the incident itself.
    """
    places = now.open.places
    here = places.recorded_as(now.place.channel or places.channel or "")
    if ref is None:
        return (here, now.place.message) if now.place.message else None
    text = ref.strip("<> ")
    if link := _LINK.search(text):
        return places.recorded_as(link["channel"]), f"{link['seconds']}.{link['micros']}"
    if exact := _TS.fullmatch(text):
        return places.recorded_as(exact["channel"] or here), exact["ts"]
    n = entry_named(text)
    return _behind(now, n) if n else None


def entry_named(ref: str) -> int | None:
    """Parse the number of an entry: `17`, `#17` or `E17`; None for any other reference."""
    number = _ENTRY.fullmatch(ref.strip("<> "))
    return int(number[1]) if number else None


def _behind(now: DecisionContext, n: int) -> Subject | None:
    """Return the message that an entry is about, or the entry itself; None when the incident has none of this number."""
    found = now.reader.entries(now.open.key, after=n - 1, until=n)
    if not found:
        return None
    fact = found[0].fact
    return n if isinstance(fact, _ABOUT_A_TEXT) else place_of(fact) or n
