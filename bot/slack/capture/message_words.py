"""The words of a message, whichever part carries them: text, blocks, attachments, a forwarded message, a huddle.

Slack shows the blocks of a message in place of its text, so words that are in both are taken once. Previews of links
are Slack's, not the author's, and are left out. Words are in Slack's escaped form. Names of files are apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from bot.rendering.message_catalog import sentence
from bot.rendering.mrkdwn import escape_bare
from bot.slack.payload import Json

_NO_WORDS: Final = frozenset({"This content can't be displayed.", "[no preview available]", "[no preview available]."})
_PREVIEW: Final = ("from_url", "original_url", "is_app_unfurl", "is_msg_unfurl", "is_reply_unfurl")
_OF_AN_ATTACHMENT: Final = ("pretext", "author_name", "title", "text")
# What a person presses or chooses is no part of what the author says.
_CONTROLS: Final = frozenset({"actions", "context_actions", "button", "overflow", "input", "feedback_buttons"})
_UNSEEN: Final = frozenset({"accessory", "placeholder", "confirm", "options", "option_groups", "metadata"})
_SEEN: Final = frozenset({"title", "text", "description", "alt_text", "subtitle", "body"})
_SHOWN_OF: Final[Mapping[str, tuple[str, ...]]] = {"email": ("subject", "plain_text"), "snippet": ("preview",)}
_TOKEN: Final = re.compile(r"[^\W_]+")


def words_of(message: Json) -> str:
    """Return everything that a reader sees of a message but its files, in Slack's escaped form; empty if it has no words."""
    if message.get("room"):
        return _huddle(message["room"])
    text = _text_of(message)
    return "\n".join([*_text_and_blocks(message, text), *_attached(message, text), *_shown_of_files(message)])


def files_of(message: Json) -> str | None:
    """Return the names of a message's files; None if it has none. A file that was deleted since has none any more."""
    files = [file for file in message.get("files") or () if file.get("mode") != "tombstone"]
    return ", ".join(str(file.get("name") or file.get("title") or "a file") for file in files) or None


def shared_file(file: Json) -> Json:
    """Return id, name and size of a file, and whether it was deleted since."""
    size = file.get("size")
    return {
        "id": str(file["id"]),
        "name": str(file.get("name") or file.get("title") or "a file"),
        "size": size if isinstance(size, int) else None,
        "is_gone": file.get("mode") == "tombstone",
    }


def words_or_files_of(message: Json) -> str:
    """Return the words of a message, or the names of its files if it has no words."""
    return words_of(message) or files_of(message) or ""


def _text_of(message: Json) -> str:
    text = str(message.get("text") or "")
    return "" if text.strip() in _NO_WORDS else text


def _text_and_blocks(message: Json, text: str) -> Iterator[str]:
    """Yield the text, and what the blocks say beyond it; a text that the blocks repeat whole is left out."""
    blocks = message.get("blocks") or ()
    is_typed = not message.get("bot_id") and all(block.get("type") == "rich_text" for block in blocks)
    lines = [] if text and is_typed else list(_lines(blocks))
    if text and not (lines and _is_part(text, "\n".join(lines))):
        yield text
        lines = [line for line in lines if not _is_part(line, text)]
    yield from lines


def _is_part(part: str, whole: str) -> bool:
    """True if the letters and figures of one text are in another in the same order, whatever is between them."""
    tokens = _TOKEN.findall(part)
    return f" {' '.join(tokens)} " in f" {' '.join(_TOKEN.findall(whole))} " if tokens else part.strip() in whole


def _attached(message: Json, text: str) -> Iterator[str]:
    for attachment in message.get("attachments") or ():
        if attachment.get("is_share") or not any(attachment.get(name) for name in _PREVIEW):
            lines = list(_attachment(attachment))
            yield from lines or _fallback(attachment, text)


def _shown_of_files(message: Json) -> Iterator[str]:
    """Yield what Slack shows of an e-mail or a snippet without opening it."""
    for file in message.get("files") or ():
        names = _SHOWN_OF.get(str(file.get("mode")), ())
        yield from (escape_bare(str(file[name]).strip()) for name in names if file.get(name))


def _attachment(attachment: Json) -> Iterator[str]:
    """Yield the lines of an attachment, or of a forwarded message, whose author is named first."""
    yield from (str(attachment[name]) for name in _OF_AN_ATTACHMENT[:2] if attachment.get(name))
    body = "\n".join(str(attachment[name]) for name in _OF_AN_ATTACHMENT[2:] if attachment.get(name))
    yield from _text_and_blocks({**attachment, "bot_id": True}, "" if body.strip() in _NO_WORDS else body)
    yield from (_field(one) for one in attachment.get("fields") or () if one.get("title") or one.get("value"))
    for quoted in attachment.get("message_blocks") or ():
        inner = quoted.get("message") or {}
        yield from (line for line in _lines(inner.get("blocks") or ()) if not _is_part(line, body))
    named = files_of(attachment)
    yield from [named] if named else []
    yield from [str(attachment["footer"])] if attachment.get("footer") else []


def _field(field: Json) -> str:
    return ": ".join(str(field[name]) for name in ("title", "value") if field.get(name))


def _fallback(attachment: Json, text: str) -> list[str]:
    fallback = str(attachment.get("fallback") or "")
    return [] if not fallback or fallback.strip() in _NO_WORDS or _is_part(fallback, text) else [fallback]


def _lines(thing: Any) -> Iterator[str]:
    """Yield the lines of blocks of any kind, also of kinds that are new: every text object is one, in the order shown."""
    if isinstance(thing, list | tuple):
        for one in thing:
            yield from _lines(one)
    elif isinstance(thing, dict) and thing.get("type") not in _CONTROLS:
        special = _SPECIAL.get(str(thing.get("type")), _parts)
        yield from (line for line in special(thing) if line.strip())


def _parts(thing: Json) -> Iterator[str]:
    """Yield the lines of an object by the names of its parts."""
    for name, value in thing.items():
        if not isinstance(value, str):
            yield from () if name in _UNSEEN else _lines(value)
        elif name in _SEEN and not (name == "alt_text" and thing.get("title")):
            yield value


def _plain(thing: Json) -> Iterator[str]:
    yield escape_bare(str(thing.get("text") or ""))


def _rich_line(thing: Json) -> Iterator[str]:
    yield "".join(_inline(one) for one in thing.get("elements") or ())


def _context(thing: Json) -> Iterator[str]:
    """Yield what is beside the icons of a context block."""
    yield from _lines([one for one in thing.get("elements") or () if one.get("type") != "image"])


def _table(thing: Json) -> Iterator[str]:
    for row in thing.get("rows") or ():
        yield " | ".join(" ".join(_lines(cell)) for cell in row)


def _call(thing: Json) -> Iterator[str]:
    call = (thing.get("call") or {}).get("v1") or {}
    yield " ".join(str(call[name]) for name in ("name", "join_url") if call.get(name))


_SPECIAL: Final[Mapping[str, Callable[[Json], Iterator[str]]]] = {
    **dict.fromkeys(("plain_text", "raw_text", "text"), _plain),
    **dict.fromkeys(("rich_text_section", "rich_text_quote", "rich_text_preformatted"), _rich_line),
    "context": _context,
    "table": _table,
    "call": _call,
}


def _inline(element: Json) -> str:
    """Return a piece of rich text as it would be in the text of a message."""
    kind = element.get("type")
    if kind == "link":
        url, label = str(element.get("url", "")), element.get("text")
        return f"<{url}|{escape_bare(str(label))}>" if label else f"<{url}>"
    if kind == "user":
        return f"<@{element.get('user_id')}>"
    if kind == "channel":
        return f"<#{element.get('channel_id')}>"
    if kind == "usergroup":
        return f"<!subteam^{element.get('usergroup_id')}>"
    if kind == "broadcast":
        return f"<!{element.get('range')}>"
    if kind == "emoji":
        return f":{element.get('name')}:"
    return escape_bare(str(element.get("text") or element.get("fallback") or element.get("value") or ""))


def _huddle(room: Json) -> str:
    """Return that a huddle began, or how long it was and who was in it once it has ended."""
    if not room.get("has_ended") and not room.get("date_end"):
        return sentence("huddle_began")
    length = timedelta(seconds=max(0, int(room.get("date_end") or 0) - int(room.get("date_start") or 0)))
    people = room.get("participant_history") or room.get("participants") or ()
    return sentence("huddle_ended", length=length, people=[f"<@{user}>" for user in people])
