"""References to a message: the message that was acted on, or one that is named by link, ts or entry number.

Knows the messages on the record; Muster's own are not among them.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext
from incident.record.message_history import is_message, place_of

MessageRef: TypeAlias = Annotated[
    str | None, FormField("Message", Control.LINE, "Its link, or its number in the timeline", leading=True)
]
_ENTRY: Final = re.compile(r"[#Ee]?(\d{1,9})")
_LINK: Final = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})")
_TS: Final = re.compile(r"(?:(?P<channel>[A-Z0-9]+)[:/])?(?P<ts>\d{10}\.\d{6})")


def source_message(now: DecisionContext) -> tuple[str, str] | tuple[None, None]:
    """Return channel and ts of the message that was acted on; nothing when it is not on the record."""
    place = now.place
    if place.channel is None or place.message is None:
        return None, None
    known = is_message(now.reader.message(now.open.key, place.channel, place.message))
    return (place.channel, place.message) if known else (None, None)


def named_message(now: DecisionContext, ref: str | None) -> tuple[str, str]:
    """Return channel and ts of the message that is named, or else acted on; the ts is empty when there is neither."""
    here = now.place.channel or now.open.places.channel or ""
    if ref is None:
        return here, now.place.message or ""
    text = ref.strip("<> ")
    if link := _LINK.search(text):
        return link["channel"], f"{link['seconds']}.{link['micros']}"
    if exact := _TS.fullmatch(text):
        return exact["channel"] or here, exact["ts"]
    n = entry_named(text)
    return (here, "") if n is None else _behind(now, n)


def entry_named(ref: str) -> int | None:
    """Parse the number of an entry: `17`, `#17` or `E17`."""
    number = _ENTRY.fullmatch(ref)
    return int(number[1]) if number else None


def _behind(now: DecisionContext, n: int) -> tuple[str, str]:
    """Return channel and ts of the message that an entry was made of; empty when there is none."""
    found = now.reader.entries(now.open.key, after=n - 1, until=n) if n else ()
    return next((place for entry in found if (place := place_of(entry.fact))), ("", ""))
