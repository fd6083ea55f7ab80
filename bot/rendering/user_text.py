"""Authored text at the boundary: from typed lines and forms into the stored form, and back into a form.

The stored form is clean (no NUL, no lone surrogate) and escaped as Slack escapes. Mentions of one person, channels and
links stay; anything that would notify a group becomes plain text.
"""

from __future__ import annotations

import html
import re
from typing import Final

from bot.rendering.mrkdwn import escape, sanitized
from incident.frozen import clean

_ALLOWED: Final = re.compile(r"(<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+(?:\|[^<>]*)?|https?://[^<>]+)>)")


def from_line(text: str) -> str:
    """Return the stored form of text that Slack has escaped: a slash command or a message."""
    return sanitized(clean(text))


def from_form(text: str) -> str:
    """Return the stored form of text as typed: in a form, or on the command line."""
    return "".join(part if _ALLOWED.fullmatch(part) else escape(part) for part in _ALLOWED.split(clean(text)))


def to_form(text: str) -> str:
    """Return stored text for a form's input; `from_form` restores it."""
    return html.unescape(text)
