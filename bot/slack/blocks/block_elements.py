"""The few block shapes the edge's own answers are made of: words, and a row of buttons. Knows no sentence."""

from __future__ import annotations

from typing import Final

from bot.rendering.mrkdwn import clip
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.clipper import LIMITS
from bot.slack.payload import Json

_PER_ROW: Final = 5


def sections(text: str) -> list[Json]:
    """Show words as sections, parted between lines where they are too long for one."""
    most, parts = LIMITS["section.text"], [""]
    for line in text.splitlines():
        piece = clip(line, most)
        joined = f"{parts[-1]}\n{piece}" if parts[-1] else piece
        if len(joined) <= most:
            parts[-1] = joined
        else:
            parts.append(piece)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in parts if part.strip()]


def button(action: str, words: str, where: ActionContext, *, style: str | None = None) -> Json:
    """Draw a button; what it was drawn at travels in its value."""
    drawn: Json = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": words},
        "value": where.as_value(),
    }
    return drawn | ({"style": style} if style else {})


def buttons(*drawn: Json) -> Json:
    """Put buttons into one block; those of one verb get action ids of their own, as Slack demands."""
    seen: dict[str, int] = {}
    numbered = []
    for one in drawn:
        count = seen[one["action_id"]] = seen.get(one["action_id"], 0) + 1
        numbered.append(one | ({"action_id": f"{one['action_id']}:{count}"} if count > 1 else {}))
    return {"type": "actions", "elements": numbered}


def rows(drawn: list[Json]) -> list[Json]:
    """Put buttons into rows that a phone still shows well."""
    return [buttons(*drawn[start : start + _PER_ROW]) for start in range(0, len(drawn), _PER_ROW)]
