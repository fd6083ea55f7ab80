"""A message made from a template: its words, and the buttons that its `buttons` macro lists. Knows no surface.

A line of `buttons` reads `action | {"field": value} | Label | style`; fields and style may be left out.
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
    """A message for Slack; `text` is what a notification and a screen reader give."""

    text: str
    blocks: list[Json] = field(default_factory=list)

    def arguments(self, limit: str = "message.text") -> dict[str, Any]:
        """Give the arguments of the call that posts it, fitted to Slack's limits."""
        fitted: dict[str, Any] = {"text": fit_text(self.text, limit)}
        return fitted | {"blocks": fit_blocks(self.blocks)} if self.blocks else fitted

    @property
    def digest(self) -> str:
        """Tell apart what reads differently, wherever its buttons were drawn."""
        return digest_of([self.text, _undrawn(self.blocks)])


def digest_of(thing: Any) -> str:
    """Give a short mark of anything JSON can write."""
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def context_at(incident: Incident, fields: dict[str, Any] | None = None) -> ActionContext:
    """Say where a button of an incident is drawn, and what it fills in."""
    return ActionContext(incident=incident.key.id, entry=incident.n, fields=fields or {})


def read_buttons(lines: str, incident: Incident | None) -> list[Json]:
    """Read the buttons that a template lists, one a line."""
    return [_button(line, incident) for line in lines.splitlines() if line.strip()]


def template_message(renderer: Renderer, template: str, context: object, incident: Incident) -> Message:
    """Make a message of a template's `lead`, `more` and `buttons`."""
    lead, more = renderer.macro(template, "lead", context), renderer.macro(template, "more", context)
    pressed = read_buttons(renderer.macro(template, "buttons", context), incident)
    return Message(lead, [*sections(lead), *sections(more), *rows(pressed)])


def section_with_button(text: str, pressed: Json) -> Json:
    """Show words with one button beside them."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, "accessory": pressed}


def context_line(text: str) -> list[Json]:
    """Show small words, or nothing when there are none."""
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}] if text else []


def button_row(pressed: list[Json]) -> list[Json]:
    """Show up to a row of buttons, or nothing when there are none."""
    return [buttons(*pressed)] if pressed else []


def _button(line: str, incident: Incident | None) -> Json:
    action, *rest = (part.strip() for part in line.split(" | "))
    fields = json.loads(rest.pop(0)) if rest and rest[0].startswith("{") else {}
    style = rest.pop() if rest and rest[-1] in _STYLES else None
    where = context_at(incident, fields) if incident else ActionContext(fields=fields)
    return button(action, " | ".join(rest), where, style=style)


def _undrawn(blocks: Any) -> Any:
    """Leave out the entry at which buttons were drawn: a newer number alone is no reason to draw again."""
    if isinstance(blocks, list):
        return [_undrawn(block) for block in blocks]
    if isinstance(blocks, dict):
        return {name: _undrawn(value) for name, value in blocks.items() if name != "value"}
    return blocks
