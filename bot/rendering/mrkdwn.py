"""People's text and plain values as readers see them. Knows Slack's text form and plain text; knows no template.

Text is stored in Slack's escaped form. In Slack it goes out so that it cannot ping a crowd or break our sentence; in
documents it is unescaped. Moments are shown in the reader's zone in Slack and in UTC everywhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_TOKEN: Final = re.compile(r"<([^<>]*)>")
_KEPT: Final = re.compile(r"(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|https?://|mailto:|tel:)")
_CROWD: Final = re.compile(r"!(?:subteam\^\w+(?:\|@?(\S+))?|(channel|here|everyone)(?:\|.*)?)$")
_BARE_AMP: Final = re.compile(r"&(?!(?:amp|lt|gt);)")
_MARKS: Final = re.compile(r"(?<![^\W_])([*_~])|([*_~])(?![^\W_])")
_SPACE: Final = re.compile(r"\s+")
_WHOLE: Final = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
_HAIR: Final = "\u200a"  # A mark beside a space is no mark to Slack, and this space is as thin as a hair.


def escape(text: str) -> str:
    """Escape plain text for Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sanitized(text: str) -> str:
    """Keep mentions of one person, channels and links; let nothing else through that Slack would act on."""
    parts, end = [], 0
    for token in _TOKEN.finditer(text):
        parts += [_stray(text[end : token.start()]), _token(token.group(1))]
        end = token.end()
    return "".join([*parts, _stray(text[end:])])


def _stray(text: str) -> str:
    return _BARE_AMP.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _token(inner: str) -> str:
    if _KEPT.match(inner):
        return f"<{inner}>"
    if crowd := _CROWD.match(inner):
        return f"@{crowd.group(1) or crowd.group(2) or 'group'}"
    return f"&lt;{_stray(inner)}&gt;"


def clip(text: str, limit: int) -> str:
    """Cut text to `limit` characters, never through a mention, a link or an escaped character."""
    if len(text) <= limit:
        return text
    kept, length = [], 1
    for piece in _WHOLE.findall(text):
        if length + len(piece) > limit:
            break
        kept.append(piece)
        length += len(piece)
    return "".join(kept).rstrip() + "…"


def inline(text: str, limit: int = 300) -> str:
    """Make people's text fit into one of our lines in Slack: one line, no formatting, no crowd pinged."""
    one_line = _SPACE.sub(" ", text).strip()
    pieces = re.split(r"(<[^<>]*>)", sanitized(clip(one_line, limit)))
    return "".join(piece if piece.startswith("<") else _unmarked(piece) for piece in pieces)


def _unmarked(text: str) -> str:
    """Keep marks at the edge of a word from being read as bold and the like; a lone backtick would take in our words."""
    text = text if text.count("`") % 2 == 0 else text.replace("`", "'")
    return _MARKS.sub(lambda mark: f"{_HAIR}{mark[0]}{_HAIR}", text)


def code(text: str, limit: int = 120) -> str:
    """Show a name or an error letter by letter, as code in Slack."""
    return f"`{sanitized(clip(_SPACE.sub(' ', text).replace('`', chr(39)).strip(), limit))}`"


def block_quote(text: str, limit: int = 2800) -> str:
    """Quote people's text in Slack, line by line, with their own formatting."""
    lines = sanitized(clip(text.strip(), limit)).splitlines() or [""]
    return "\n".join(f">{line}" for line in lines)


def plain_text(text: str, name: Callable[[str], str], limit: int | None = None) -> str:
    """Give stored text as plain text: mentions by name, links spelled out, escapes undone."""

    def spell(token: re.Match[str]) -> str:
        target, _, label = token.group(1).partition("|")
        if target.startswith("@"):
            return f"@{label or name(target[1:])}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return f"@{label.removeprefix('@') or target[1:].partition('^')[0]}"
        return f"{label} ({target})" if label and label != target else target

    spelled = html.unescape(_TOKEN.sub(spell, text))
    return clip(spelled, limit) if limit else spelled


def any_of(names: str, last: str) -> str:
    """Write a list of names as a choice among them, with the template's word before the last one."""
    return f" {last} ".join(names.rsplit(", ", 1))


def message_link(channel: str, ts: str, words: str) -> str:
    """Link a message in Slack under these words of a template; whoever may not see it there learns nothing from it."""
    return f"<https://slack.com/archives/{channel}/p{ts.replace('.', '')}|{words}>"


def utc_datetime(at: datetime) -> str:
    """Write a moment for documents: `2026-01-31 18:06 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def utc_clock(at: datetime) -> str:
    """Write a time of day for documents: `18:06 UTC`."""
    return at.astimezone(UTC).strftime("%H:%M UTC")


def slack_datetime(at: datetime) -> str:
    """Write a moment that Slack shows in the reader's zone, with UTC where it cannot."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{utc_datetime(at)}>"


def slack_clock(at: datetime) -> str:
    """Write a time of day that Slack shows in the reader's zone, with UTC where it cannot."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{utc_clock(at)}>"


def duration(value: timedelta | float, unit: str = "seconds") -> str:
    """Say a length of time in its two largest units: `1 h 20 min`, `45 s`, `3 d`."""
    length = value if isinstance(value, timedelta) else timedelta(**{unit: value})
    seconds = round(abs(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    parts = [f"{n} {word}" for n, word in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    return " ".join(parts[:2])
