"""Authored text, times and durations in Slack's markup (mrkdwn) and in plain text. Knows no template.

Text is stored in Slack's escaped form. In Slack it is sanitized, so that it cannot notify a group or break the sentence
around it; in documents it is unescaped. Times are in the reader's zone in Slack and in UTC everywhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from incident.rules.seen_length import cut_seen, seen_length

# No field takes more; an update of that length reaches its audience whole.
LONGEST_TEXT: Final = 3000
MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)>")
_TOKEN: Final = re.compile(r"<([^<>]*)>")
_ALLOWED: Final = re.compile(r"(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|https?://|mailto:|tel:)")
_GROUP: Final = re.compile(r"!(?:subteam\^\w+(?:\|@?(\S+))?|(channel|here|everyone)(?:\|.*)?)$")
_BARE_AMP: Final = re.compile(r"&(?!(?:amp|lt|gt);)")
_FORMATTING: Final = re.compile(r"(?<![^\W_])([*_~])|([*_~])(?![^\W_])")
_SPACE: Final = re.compile(r"\s+")
_UNITS: Final = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
# Control characters but tab and line feed, and the marks that turn the direction of text.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CHANNEL: Final = re.compile(r"<#([A-Z0-9]+)>")
_EMOJI: Final = re.compile(r":[a-z][a-z0-9_+-]*: ?")
_STYLED: Final = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")
# Each character of the markup, and the private character that replaces it in authored text.
_GUARDS: Final = {ord(mark): 0xE000 + place for place, mark in enumerate("*_~`<>&:#@/")}
_UNGUARDED: Final = {guard: mark for mark, guard in _GUARDS.items()}
_HAIR_SPACE: Final = "\u200a"  # Slack ignores a formatting character next to a space; a hair space is hardly visible.


def escape(text: str) -> str:
    """Escape plain text for Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sanitized(text: str) -> str:
    """Return text in which mentions of one person, channels and links work, and nothing else that Slack would act on."""
    parts, end = [], 0
    for token in _TOKEN.finditer(text):
        parts += [escape_bare(text[end : token.start()]), _token(token.group(1))]
        end = token.end()
    return "".join([*parts, escape_bare(text[end:])])


def escape_bare(text: str) -> str:
    """Escape what is not escaped yet, in text of which Slack escapes one part and not another."""
    return _BARE_AMP.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _token(inner: str) -> str:
    if _ALLOWED.match(inner):
        return f"<{inner}>"
    if group := _GROUP.match(inner):
        return f"@{group.group(1) or group.group(2) or 'group'}"
    return f"&lt;{escape_bare(inner)}&gt;"


def clip(text: str, limit: int) -> str:
    """Cut text to `limit` characters, but not inside a mention, a link or an escaped character."""
    if len(text) <= limit:
        return text
    kept, length = [], 1
    for piece in _UNITS.findall(text):
        if length + len(piece) > limit:
            break
        kept.append(piece)
        length += len(piece)
    return "".join(kept).rstrip() + "…"


def inline(text: str, limit: int = 300) -> str:
    """Return authored text for use inside a sentence in Slack: one line, without formatting or notified groups."""
    one_line = _SPACE.sub(" ", text).strip()
    pieces = re.split(r"(<[^<>]*>)", sanitized(clip(one_line, limit)))
    return "".join(piece if piece.startswith("<") else _unformatted(piece) for piece in pieces)


def _unformatted(text: str) -> str:
    """Keep characters at the edge of a word from formatting it; a lone backtick would format the rest of the sentence."""
    text = text if text.count("`") % 2 == 0 else text.replace("`", "'")
    return _FORMATTING.sub(lambda mark: f"{_HAIR_SPACE}{mark[0]}{_HAIR_SPACE}", text)


def code(text: str, limit: int = 120) -> str:
    """Return a name or an error as code in Slack."""
    return f"`{sanitized(clip(_SPACE.sub(' ', text).replace('`', chr(39)).strip(), limit))}`"


def block_quote(text: str, limit: int = LONGEST_TEXT) -> str:
    """Return authored text as a block quote in Slack, with its own formatting; `limit` counts what people see."""
    whole = text.strip()
    shown = whole if seen_length(whole) <= limit else f"{cut_seen(whole, limit - 1).rstrip()}…"
    lines = sanitized(shown).splitlines() or [""]
    return "\n".join(f">{line}" for line in lines)


def struck(text: str) -> str:
    """Return a message struck through, line by line, since Slack's formatting ends with a line."""
    return "\n".join(_struck_line(line) for line in text.splitlines())


def _struck_line(line: str) -> str:
    quote, words = (">", line[1:]) if line.startswith(">") else ("", line)
    return f"{quote}~{words.strip().replace('~', '')}~" if words.strip() else line


def visible(text: str) -> str:
    """Return text in which nothing can drive a terminal or reverse the reading direction: such characters become U+FFFD."""
    return _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_marked_up(text: str) -> bool:
    """True if stored text may read differently as plain text: it has a mention, a link or an escaped character."""
    return "<" in text or "&" in text


def plain_text(text: str, name: Callable[[str], str], limit: int | None = None) -> str:
    """Return stored text as plain text: mentions by name, links spelled out, unescaped."""

    def spell(token: re.Match[str]) -> str:
        target, _, label = token.group(1).partition("|")
        if target.startswith("@"):
            return f"@{label or name(target[1:])}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return f"@{label.removeprefix('@') or target[1:].partition('^')[0]}"
        return f"{label} ({target})" if label and label != target else target

    spelled = html.unescape(_TOKEN.sub(spell, text)) if is_marked_up(text) else text
    return clip(spelled, limit) if limit else spelled


def guarded(text: str) -> str:
    """Return plain text whose characters `without_markup` takes for text, whatever they are in Slack's markup."""
    return text.translate(_GUARDS)


def without_markup(text: str, channel: Callable[[str], str]) -> str:
    """Return a rendered sentence as plain text for a terminal; `channel` gives the name of a channel's id.

    Bold and emoji of templates go, mentions and links are spelled out, and what was `guarded` is as it was. Code keeps its
    backticks, as a terminal shows commands.
    """
    named = _CHANNEL.sub(lambda found: f"#{channel(found[1])}", text)
    plain = _EMOJI.sub("", plain_text(named, str))
    return _STYLED.sub(lambda found: found[2], plain).translate(_UNGUARDED)


def any_of(names: str, last: str) -> str:
    """Return a list of groups and roles `a, b, c_d` as `a, b or c d`; the template gives the word."""
    return f" {last} ".join(names.replace("_", " ").rsplit(", ", 1))


def message_link(channel: str, ts: str, words: str) -> str:
    """Return a link to a message in Slack with this label; it shows nothing to people who cannot see the message."""
    return f"<https://slack.com/archives/{channel}/p{ts.replace('.', '')}|{words}>"


def utc_datetime(at: datetime) -> str:
    """Return a time for documents: `2026-01-31 18:06 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def utc_clock(at: datetime) -> str:
    """Return a time of day for documents: `18:06 UTC`."""
    return at.astimezone(UTC).strftime("%H:%M UTC")


def slack_datetime(at: datetime) -> str:
    """Return a time that Slack shows in the reader's zone, or in UTC where it cannot."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{utc_datetime(at)}>"


def slack_clock(at: datetime) -> str:
    """Return a time of day that Slack shows in the reader's zone, or in UTC where it cannot."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{utc_clock(at)}>"


def duration(value: timedelta | float, unit: str = "seconds") -> str:
    """Return a length of time in its two largest units: `1 h 20 min`, `45 s`, `3 d`."""
    length = value if isinstance(value, timedelta) else timedelta(**{unit: value})
    seconds = round(abs(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    parts = [f"{n} {word}" for n, word in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    return " ".join(parts[:2])
