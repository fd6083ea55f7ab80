"""Names of incident channels, such as `inc-2026-0042-payments-fail`. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from anyascii import anyascii

from bot.rendering.mrkdwn import plain_text
from bot.slack.blocks.clipper import LIMITS
from incident.model.incident import Incident

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
# Letters, figures and their marks are transliterated; signs and emoji would be spelled out.
_LETTERS: Final = frozenset("LNM")
_FORMAT: Final = "Cf"
_SUFFIX_ROOM: Final = 4
_SLUG: Final = 40


def channel_name(incident: Incident, take: int = 1) -> str:
    """Return the name of an incident's channel; without its title if restricted, or if no letter of it is allowed."""
    number = incident.number.lower()
    slug = "" if incident.restricted else slug_of(incident.title)
    prefix = "drill-" if incident.drill else ""
    suffix = f"-{take}" if take > 1 else ""
    base = f"{prefix}{number}-{slug}" if slug else f"{prefix}{number}"
    return base[: LIMITS["channel.name"] - _SUFFIX_ROOM].rstrip("-") + suffix


def provisional_name(title: str, *, restricted: bool, drill: bool) -> str:
    """Return the name of a provisional channel, whose incident has no number yet."""
    slug = "" if restricted else slug_of(title)
    return "-".join(part for part in ("drill" if drill else "", "inc-unrecorded", slug) if part)


def slug_of(title: str) -> str:
    """Return a title in Latin letters, whatever its script; empty if it has no letter and no figure."""
    text = unicodedata.normalize("NFKC", plain_text(title, lambda person: ""))
    slug = _NO_WORD.sub("-", "".join(map(_latin, text))).strip("-")
    return slug[:_SLUG].rsplit("-", 1)[0] if len(slug) > _SLUG and "-" in slug[:_SLUG] else slug[:_SLUG]


def _latin(sign: str) -> str:
    """Return a letter in Latin letters, and a gap for any other sign; an invisible one inside a word parts nothing."""
    category = unicodedata.category(sign)
    if category[0] in _LETTERS:
        return _NO_WORD.sub("", anyascii(sign).lower())
    return "" if category == _FORMAT else " "


def is_take_of(name: str, base: str) -> bool:
    """True if a channel's name is `base`, or `base` with a numeric suffix."""
    return re.fullmatch(re.escape(base) + r"(?:-\d{1,2})?", name) is not None
