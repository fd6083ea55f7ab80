"""The blocks that replies and surfaces consist of: sections of text and rows of buttons. Knows no sentence."""

from __future__ import annotations

from typing import Final

from bot.rendering.mrkdwn import clip
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.clipper import LIMITS
from bot.slack.payload import Json

_PER_ROW: Final = 5


def sections(text: str) -> list[Json]:
    """Return text as sections, split between lines if it is too long for one."""
    most, parts = LIMITS["section.text"], [""]
    for line in text.splitlines():
        piece = clip(line, most)
        joined = f"{parts[-1]}\n{piece}" if parts[-1] else piece
        if len(joined) <= most:
            parts[-1] = joined
        else:
            parts.append(piece)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in parts if part.strip()]


def button(action: str, label: str, context: ActionContext, *, style: str | None = None) -> Json:
    """Return a button with its context as value."""
    drawn: Json = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": label},
        "value": context.as_value(),
    }
    return drawn | ({"style": style} if style else {})


def buttons(*elements: Json) -> Json:
    """Return one block of buttons; equal action ids are numbered, since Slack requires unique ones."""
    seen: dict[str, int] = {}
    numbered = []
    for one in elements:
        count = seen[one["action_id"]] = seen.get(one["action_id"], 0) + 1
        numbered.append(one | ({"action_id": f"{one['action_id']}:{count}"} if count > 1 else {}))
    return {"type": "actions", "elements": numbered}


def rows(elements: list[Json]) -> list[Json]:
    """Return blocks of at most five buttons, which a phone shows well."""
    return [buttons(*elements[start : start + _PER_ROW]) for start in range(0, len(elements), _PER_ROW)]
