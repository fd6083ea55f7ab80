"""The direct message to somebody who is called: what is wanted, with "I have it" and "I cannot". Knows no ladder."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.renderer import Renderer
from bot.slack.surfaces.template_message import Message, context_line, template_message
from incident.model.components import Escalation
from incident.model.incident import Incident

TEMPLATE = "slack/surfaces/page.j2"


@dataclass(frozen=True)
class PageContext:
    """What the template of a call sees: `i` the incident, `call` who was called, by whom and for what."""

    i: Incident
    call: Escalation


def page_message(context: PageContext, renderer: Renderer) -> Message:
    """Draw a call: with buttons while it waits for an answer, as one line afterwards."""
    if context.call.answer is None and not context.i.is_over:
        return template_message(renderer, TEMPLATE, context, context.i)
    settled = renderer.macro(TEMPLATE, "answered", context)
    return Message(settled, context_line(settled))
