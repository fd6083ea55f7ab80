"""Authored text at the boundary: from typed lines and forms into the stored form, and back into a form.

The stored form is clean (no NUL, no lone surrogate) and escaped as Slack escapes. Mentions of one person, channels and
links stay; anything that would notify a group becomes plain text, and a link never hides its address behind other words.
"""

from __future__ import annotations

import html
import re
from typing import Final

from bot.rendering.mrkdwn import escape, sanitized
from incident.frozen import clean

_ALLOWED: Final = re.compile(r"(<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+(?:\|[^<>]*)?|https?://[^<>|]+)>)")
_LABELLED: Final = re.compile(r"<((?:https?://|mailto:|tel:)[^<>|]*)\|([^<>]*)>")
_SCHEME: Final = re.compile(r"^(?:https?://|mailto:|tel:)")


def from_line(text: str) -> str:
    """Return the stored form of text that Slack has escaped: a slash command or a message."""
    return _LABELLED.sub(_spelled, sanitized(clean(text)))


def _spelled(link: re.Match[str]) -> str:
    """Return a link as it is where its label is its address, as Slack makes links; else the label and the address."""
    address, label = link[1], link[2]
    short = _SCHEME.sub("", address)
    is_own = label.rstrip("/") in (address.rstrip("/"), short.rstrip("/"), "")
    return link[0] if is_own else f"{label} (<{address}>)"


def from_form(text: str) -> str:
    """Return the stored form of text as typed: in a form, or on the command line."""
    return "".join(part if _ALLOWED.fullmatch(part) else escape(part) for part in _ALLOWED.split(clean(text)))


def to_form(text: str) -> str:
    """Return stored text for a form's input; `from_form` restores it."""
    return html.unescape(text)
