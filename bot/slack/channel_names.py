"""What an incident channel is called: `inc-2026-0042-payments-fail`, whatever the title is made of. Calls nobody."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.rendering.mrkdwn import plain_text
from bot.slack.blocks.clipper import LIMITS
from incident.model.incident import Incident

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_SUFFIX_ROOM: Final = 4
_SLUG: Final = 40


def channel_name(incident: Incident, take: int = 1) -> str:
    """Name the channel; the title is left out where it must not be read, and where nothing of it can be written."""
    number = incident.number.lower()
    slug = "" if incident.restricted else slug_of(incident.title)
    prefix = "drill-" if incident.drill else ""
    suffix = f"-{take}" if take > 1 else ""
    base = f"{prefix}{number}-{slug}" if slug else f"{prefix}{number}"
    return base[: LIMITS["channel.name"] - _SUFFIX_ROOM].rstrip("-") + suffix


def provisional_name(title: str, *, restricted: bool, drill: bool) -> str:
    """Name the channel of an incident that has no number yet."""
    slug = "" if restricted else slug_of(title)
    return "-".join(part for part in ("drill" if drill else "", "inc-unrecorded", slug) if part)


def slug_of(title: str) -> str:
    """Write a title in the letters a channel name may have; empty when it has none of them."""
    words = plain_text(title, lambda person: "")
    latin = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    slug = _NO_WORD.sub("-", latin).strip("-")
    return slug[:_SLUG].rsplit("-", 1)[0] if len(slug) > _SLUG and "-" in slug[:_SLUG] else slug[:_SLUG]


def is_take_of(name: str, base: str) -> bool:
    """Tell whether a channel's name is the wished one, or the wished one with a suffix."""
    return re.fullmatch(re.escape(base) + r"(?:-\d{1,2})?", name) is not None
