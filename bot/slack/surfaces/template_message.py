"""A message from a template: its text, and the buttons that its `buttons` macro lists. Knows no surface.

A line of `buttons` is `action | {"field": value} | Label | style`; fields and style are optional.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final

from bot.rendering.renderer import Renderer
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons, rows, sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.payload import Json
from incident.model.incident import Incident

_STYLES: Final = frozenset({"primary", "danger"})


@dataclass(frozen=True)
class Message:
    """A message for Slack; `text` is for notifications and screen readers."""

    text: str
    blocks: list[Json] = field(default_factory=list)

    def arguments(self, limit: str = "message.text") -> dict[str, Any]:
        """Return the arguments of the call that posts it, fitted to Slack's limits."""
        fitted: dict[str, Any] = {"text": fit_text(self.text, limit)}
        return fitted | {"blocks": fit_blocks(self.blocks)} if self.blocks else fitted

    @property
    def digest(self) -> str:
        """A digest of what a reader sees; the entry numbers in the buttons do not count."""
        return digest_of([self.text, _without_values(self.blocks)])


def digest_of(thing: Any) -> str:
    """Return a short digest of any JSON value."""
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def context_at(incident: Incident, fields: dict[str, Any] | None = None) -> ActionContext:
    """Return the context of a button: the incident at its present entry, and preset fields."""
    return ActionContext(incident=incident.key.id, entry=incident.n, fields=fields or {})


def read_buttons(lines: str, incident: Incident | None) -> list[Json]:
    """Return the buttons that a template lists, one per line."""
    return [_button(line, incident) for line in lines.splitlines() if line.strip()]


def template_message(renderer: Renderer, template: str, context: object, incident: Incident | None) -> Message:
    """Return a message from a template's macros `lead`, `more` and `buttons`."""
    lead, more = renderer.macro(template, "lead", context), renderer.macro(template, "more", context)
    elements = read_buttons(renderer.macro(template, "buttons", context), incident)
    return Message(lead, [*sections(lead), *sections(more), *rows(elements)])


def section_with_button(text: str, element: Json) -> Json:
    """Return a section with a button on its right."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, "accessory": element}


def context_line(text: str) -> list[Json]:
    """Return a context block, or nothing if the text is empty."""
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}] if text else []


def button_row(elements: list[Json]) -> list[Json]:
    """Return one block of buttons, or nothing if there are none."""
    return [buttons(*elements)] if elements else []


def _button(line: str, incident: Incident | None) -> Json:
    action, *rest = (part.strip() for part in line.split(" | "))
    fields = json.loads(rest.pop(0)) if rest and rest[0].startswith("{") else {}
    style = rest.pop() if rest and rest[-1] in _STYLES else None
    context = context_at(incident, fields) if incident else ActionContext(fields=fields)
    return button(action, " | ".join(rest), context, style=style)


def _without_values(blocks: Any) -> Any:
    """Return blocks without the values of buttons: a newer entry number alone is no reason to update a message."""
    if isinstance(blocks, list):
        return [_without_values(block) for block in blocks]
    if isinstance(blocks, dict):
        return {name: _without_values(value) for name, value in blocks.items() if name != "value"}
    return blocks
