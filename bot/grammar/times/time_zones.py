"""Parses time zones as people write them after a time: `UTC`, `CEST`, `+02:00`, `UTC+2`, `Europe/Berlin`, `Pacific Time`.

An abbreviation that several zones share (`CST`, `IST`, `BST`) names no zone: it is asked about. So is one that is not in
force on the day (`CET` in June), since its writer may mean the clock on the wall. Knows no clock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

# Abbreviation: hours east of UTC, and the place whose clocks it describes.
_ABBREVIATIONS: Final[dict[str, tuple[float, str]]] = {
    "WET": (0, "Europe/Lisbon"),
    "WEST": (1, "Europe/Lisbon"),
    "CET": (1, "Europe/Berlin"),
    "CEST": (2, "Europe/Berlin"),
    "EET": (2, "Europe/Helsinki"),
    "EEST": (3, "Europe/Helsinki"),
    "MSK": (3, "Europe/Moscow"),
    "SAST": (2, "Africa/Johannesburg"),
    "PKT": (5, "Asia/Karachi"),
    "SGT": (8, "Asia/Singapore"),
    "HKT": (8, "Asia/Hong_Kong"),
    "JST": (9, "Asia/Tokyo"),
    "KST": (9, "Asia/Seoul"),
    "AWST": (8, "Australia/Perth"),
    "ACST": (9.5, "Australia/Adelaide"),
    "ACDT": (10.5, "Australia/Adelaide"),
    "AEST": (10, "Australia/Sydney"),
    "AEDT": (11, "Australia/Sydney"),
    "NZST": (12, "Pacific/Auckland"),
    "NZDT": (13, "Pacific/Auckland"),
    "NST": (-3.5, "America/St_Johns"),
    "NDT": (-2.5, "America/St_Johns"),
    "BRT": (-3, "America/Sao_Paulo"),
    "EST": (-5, "America/New_York"),
    "EDT": (-4, "America/New_York"),
    "CDT": (-5, "America/Chicago"),
    "MST": (-7, "America/Denver"),
    "MDT": (-6, "America/Denver"),
    "PST": (-8, "America/Los_Angeles"),
    "PDT": (-7, "America/Los_Angeles"),
    "AKST": (-9, "America/Anchorage"),
    "AKDT": (-8, "America/Anchorage"),
    "HST": (-10, "Pacific/Honolulu"),
}
_PLACES: Final = {
    "ET": "America/New_York",
    "PT": "America/Los_Angeles",
    "EASTERN": "America/New_York",
    "CENTRAL": "America/Chicago",
    "MOUNTAIN": "America/Denver",
    "PACIFIC": "America/Los_Angeles",
}
# Each is in use in several parts of the world, or is a word as well.
_SHARED: Final = frozenset({
    "CST", "IST", "BST", "AST", "ADT", "GST", "SST", "ECT", "AMT", "ACT", "CT", "MT", "AT", "WST", "EAT", "CAT",
    "WAT", "ART", "BOT", "BNT", "CLT", "CLST", "COT", "PET", "VET", "UYT", "WIB", "WIT", "WITA", "PHT", "PHST",
    "ICT", "MYT", "NPT", "UZT", "TRT", "IDT", "IRST", "IRDT", "CHST", "MET", "MEST", "MEZ", "MESZ", "LMT", "YEKT",
    "NOVT",
})  # fmt: skip
_UTC: Final = frozenset({"UTC", "GMT", "Z", "ZULU", "UT"})
# In small letters these are words, of English or another language. Only those of the second set are asked about.
_WORDS: Final = frozenset(
    {"west", "wet", "ist", "est", "art", "met", "eat", "cat", "act", "bot", "pet", "wit", "vet", "at"}
)
_ASKED_WORDS: Final = frozenset({"west", "ist", "est"})
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+−-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_PLACE: Final = re.compile(r"[A-Za-z]+(?:/[A-Za-z_+-]+\d{0,2}){1,2}|[A-Z]{3}\d[A-Z]{3}")
_DOUBTFUL_WORDS: Final = frozenset({"time", "local", "lokal", "ortszeit", "uhr", "hrs", "h"})


class ZoneWords(NamedTuple):
    """The zone that words name, and how many words they are.

    `zone` is None where the words may name a zone and it is not clear which. `place`: the clocks that an abbreviation
    describes; at a time at which they show another offset, the abbreviation is doubtful.
    """

    zone: tzinfo | None
    words: int
    place: ZoneInfo | None = None

    def is_in_force(self, wall: datetime) -> bool:
        """True unless the clocks of the abbreviation's place show another offset at that time of theirs."""
        if self.place is None or self.zone is None:
            return True
        return wall.replace(tzinfo=self.place).utcoffset() == wall.replace(tzinfo=self.zone).utcoffset()


def zone_of(name: str) -> tzinfo:
    """Return the time zone of that name, or UTC if there is none."""
    return _place(name) or UTC


def read_zone(words: Sequence[str]) -> ZoneWords | None:
    """Parse the zone that the first words name, with or without brackets; None if they name none."""
    if not words:
        return None
    first = words[0]
    if first.startswith(("(", "[")):
        return _bracketed(words)
    found = _spelled(words) or _read(first) or _place_named(first) or _joined_offset(first, 1)
    if found is None:
        return None
    if found.zone is not None and len(words) > 1 and first.upper() in _UTC and _OFFSET.fullmatch(words[1]):
        return _joined_offset(first + words[1], 2)  # `UTC +2`
    return found


def _bracketed(words: Sequence[str]) -> ZoneWords | None:
    joined = " ".join(words[:4])
    closing = min((at for at in (joined.find(")"), joined.find("]")) if at > 0), default=0)
    inner = joined[1:closing].split()
    if not inner:
        return None
    found = read_zone(inner)
    if found is None or found.words < len(inner):
        is_doubtful = inner[-1].lower() in _DOUBTFUL_WORDS or (len(inner) < 3 and inner[0].istitle())
        return ZoneWords(None, len(inner)) if is_doubtful else None
    return found._replace(words=len(inner))


def _spelled(words: Sequence[str]) -> ZoneWords | None:
    """Parse `Pacific Time`, `Eastern Daylight Time`; `Berlin time` and `local time` are asked about."""
    lower = [word.lower() for word in words[:3]]
    if lower[0] in ("local", "uhr", "hrs", "hours", "h"):
        return ZoneWords(None, 2 if lower[1:2] == ["time"] else 1)
    if lower[1:2] == ["time"] or (lower[1:2] in (["standard"], ["daylight"], ["summer"]) and lower[2:3] == ["time"]):
        if lower[1] != "time":
            return ZoneWords(None, 3)
        place = _PLACES.get(words[0].upper())
        named = _read(words[0])
        zone = ZoneInfo(place) if place else named.zone if named else None
        return ZoneWords(zone, 2, named.place if named else None)
    return None


def _read(word: str) -> ZoneWords | None:
    upper = word.upper()
    if upper in _UTC and (word == upper or upper in ("UTC", "GMT", "ZULU")):
        return ZoneWords(UTC, 1)
    if upper in _ABBREVIATIONS:
        hours, place = _ABBREVIATIONS[upper]
        if word == upper or word.lower() not in _WORDS:
            return ZoneWords(timezone(timedelta(hours=hours)), 1, ZoneInfo(place))
    if upper in _PLACES and word == upper and len(word) == 2:
        return ZoneWords(ZoneInfo(_PLACES[upper]), 1)
    if upper in _SHARED and (word == upper or (len(word) > 2 and word.lower() not in _WORDS)):
        return ZoneWords(None, 1)
    if word.lower() in _ASKED_WORDS:
        return ZoneWords(None, 1)
    return None


def _place_named(word: str) -> ZoneWords | None:
    """Parse `Europe/Berlin` and `PST8PDT`; `Berlin` and `CET/CEST` are asked about."""
    if _PLACE.fullmatch(word):
        named = _place(word) or _place("/".join(part.title() for part in word.split("/")))
        is_several = all(part in _ABBREVIATIONS or part in _UTC or part in _SHARED for part in word.split("/"))
        return ZoneWords(named, 1) if named or is_several else None
    return ZoneWords(None, 1) if word in _cities() else None


@cache
def _cities() -> frozenset[str]:
    """Return the places by which the zones are named, as far as they are one word."""
    return frozenset(name.rpartition("/")[2] for name in available_timezones() if "/" in name and "Etc/" not in name)


def _joined_offset(word: str, words: int) -> ZoneWords | None:
    """Parse `+02:00`, `+0200`, `UTC+2`; a lone `+2` may be a number in the text and is asked about."""
    found = _OFFSET.fullmatch(word)
    if found is None:
        return None
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14:
        return ZoneWords(None, words)
    is_named = word[0].isalpha() or found[3] is not None
    offset = timedelta(hours=hours, minutes=minutes) * (1 if found[1] == "+" else -1)
    return ZoneWords(timezone(offset) if is_named else None, words)


def _place(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None
