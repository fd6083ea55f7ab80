"""The direct message that pages a person, with "I have it" and "I cannot". Knows no escalation policy."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.renderer import Renderer
from bot.slack.surfaces.template_message import Message, context_line, template_message
from incident.model.components import Escalation
from incident.model.incident import Incident

TEMPLATE = "slack/surfaces/page.j2"


@dataclass(frozen=True)
class PageContext:
    """The context of the page's template: `i` is the incident, `call` the escalation."""

    i: Incident
    call: Escalation


def page_message(context: PageContext, renderer: Renderer) -> Message:
    """Return a page: with buttons until it is answered, as one line afterwards."""
    if context.call.answer is None and not context.i.is_over:
        return template_message(renderer, TEMPLATE, context, context.i)
    settled = renderer.macro(TEMPLATE, "answered", context)
    return Message(settled, context_line(settled))
