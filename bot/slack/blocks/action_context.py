"""The context of a button or a form, as Slack carries it back: in a button's value or a view's private metadata."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from bot.slack.blocks.clipper import LIMITS
from incident.frozen import Frozen

_SHORT_NAMES: Final = {
    "incident": "i",
    "entry": "n",
    "fields": "f",
    "channel": "c",
    "message": "m",
    "thread": "t",
    "number": "r",
    "draft": "d",
}
_ROOM_FOR_PLACE: Final = 300
_LONG_NAMES: Final = {short: name for name, short in _SHORT_NAMES.items()}


MORE: Final = "more"  # the action id of the menu of further actions


class ActionContext(Frozen):
    """The incident and the entry number that an element was rendered at, its place in Slack, and its preset fields.

    `draft` is the key under which fields are stored that are too long for Slack.
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
        """True if a button's value may be too short for the fields, with room left for the place."""
        return len(self.packed()) > LIMITS["button.value"] - _ROOM_FOR_PLACE

    def packed(self) -> str:
        """Return compact JSON without empty parts."""
        parts = {_SHORT_NAMES[name]: value for name, value in self.model_dump().items() if value not in (None, {})}
        return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)

    def as_value(self) -> str:
        """Return a button's value. If it would be too long, fields are left out, the longest first."""
        fields = dict(self.fields)
        while len(packed := self.model_copy(update={"fields": fields}).packed()) > LIMITS["button.value"] and fields:
            fields.pop(max(fields, key=lambda name: len(json.dumps(fields[name], ensure_ascii=False))))
        return packed


def option_value(action: str, context: ActionContext) -> str:
    """Return the value of an option that runs an action: its action id and context."""
    return f"{action} {context.packed()}"


def split_option_value(value: str) -> tuple[str, str]:
    """Split an option's value into the action id and the packed context."""
    action, _, packed = value.partition(" ")
    return action, packed


def read_context(text: str | None) -> ActionContext:
    """Read a packed context; anything else is an empty context, so that a stale or foreign button does nothing."""
    try:
        found: Any = json.loads(text or "{}")
        return ActionContext(**{_LONG_NAMES[name]: value for name, value in found.items()})
    except (ValueError, ValidationError, KeyError, AttributeError, TypeError):
        return ActionContext()
