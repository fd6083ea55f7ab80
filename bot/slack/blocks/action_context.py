"""Where a button or a form was drawn and what it is filled with, packed small enough for Slack to carry back to us."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from bot.slack.blocks.clipper import LIMITS
from incident.frozen import Frozen

_SHORT: Final = {
    "incident": "i",
    "entry": "n",
    "fields": "f",
    "channel": "c",
    "message": "m",
    "thread": "t",
    "number": "r",
    "draft": "d",
}
_PLACE: Final = 300
_LONG: Final = {short: name for name, short in _SHORT.items()}


MORE: Final = "more"  # the action id of a list in which one act of many is chosen


class ActionContext(Frozen):
    """The incident and the entry something was drawn at, the place it was drawn in, and the fields it is filled with.

    `draft` names the draft that keeps fields too long to be carried.
    """

    incident: str | None = None
    entry: int | None = None
    fields: dict[str, JsonValue] = {}
    channel: str | None = None
    message: str | None = None
    thread: str | None = None
    number: str | None = None
    draft: str | None = None

    @property
    def is_too_long(self) -> bool:
        """Tell whether a button cannot surely carry all of it, beside where it was drawn."""
        return len(self.packed()) > LIMITS["button.value"] - _PLACE

    def packed(self) -> str:
        """Write it as compact JSON, without what is empty."""
        kept = {_SHORT[name]: value for name, value in self.model_dump().items() if value not in (None, {})}
        return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)

    def as_value(self) -> str:
        """Write it as a button's value. Fields that are too long for one are left out, the longest first."""
        kept = dict(self.fields)
        while len(packed := self.model_copy(update={"fields": kept}).packed()) > LIMITS["button.value"] and kept:
            kept.pop(max(kept, key=lambda name: len(json.dumps(kept[name], ensure_ascii=False))))
        return packed


def option_value(action: str, where: ActionContext) -> str:
    """Write an act and where it was drawn as the value of one option of a list."""
    return f"{action} {where.packed()}"


def split_option_value(value: str) -> tuple[str, str]:
    """Read an option's value as the action and where it was drawn, still packed."""
    action, _, packed = value.partition(" ")
    return action, packed


def read_context(text: str | None) -> ActionContext:
    """Read what was packed; anything else reads as nowhere, so that a stale or foreign button harms nobody."""
    try:
        found: Any = json.loads(text or "{}")
        return ActionContext(**{_LONG[name]: value for name, value in found.items()})
    except (ValueError, ValidationError, KeyError, AttributeError, TypeError):
        return ActionContext()
