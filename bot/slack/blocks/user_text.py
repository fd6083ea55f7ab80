"""People's text on its way in. The record keeps Slack's escaped form; what a form sends is not yet in it.

A mention of one person, a channel or a link stays what it is; anything that would call a crowd becomes plain words.
"""

from __future__ import annotations

import html
import re
from typing import Final

from bot.rendering.mrkdwn import escape, sanitized
from incident.frozen import clean

_KEPT: Final = re.compile(r"(<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+(?:\|[^<>]*)?|https?://[^<>]+)>)")


def from_line(text: str) -> str:
    """Take the text of a slash command or a message, which Slack escapes but for what it would act on."""
    return sanitized(clean(text))


def from_form(text: str) -> str:
    """Take what was typed into a form, which Slack hands over as it was typed."""
    return "".join(part if _KEPT.fullmatch(part) else escape(part) for part in _KEPT.split(clean(text)))


def to_form(text: str) -> str:
    """Show stored text in a form's input, so that `from_form` gives it back."""
    return html.unescape(text)
