"""The direct message that pages a person, with "I have it" and "I cannot". Knows no escalation policy."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import rows, sections
from bot.slack.surfaces.template_message import Message, context_line, read_buttons, template_message
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.responders.open_calls import caller_of, offered_answers, taken_by
from roles.person_ids import MUSTER, PersonId

TEMPLATE = "slack/surfaces/page.j2"


@dataclass(frozen=True)
class PageContext:
    """The context of the page's template: `i` is the incident, `call` the escalation."""

    i: Incident
    call: Escalation

    @property
    def next(self) -> Escalation | None:
        """The call that followed this one, to the next level."""
        return next((one for one in self.i.escalations if one.follows == self.call.n), None)

    @property
    def caller(self) -> PersonId:
        """The person behind the call, also when the level before did not answer."""
        return caller_of(self.i, self.call)

    @property
    def is_automatic(self) -> bool:
        """True if Muster called by the policy, and nobody asked for it."""
        return self.caller == MUSTER

    @property
    def before(self) -> Escalation | None:
        """The call that this one follows, to the level before."""
        return next((one for one in self.i.escalations if one.n == self.call.follows), None)

    @property
    def taken_by(self) -> PersonId | None:
        """Who accepted this call, or another one for the same need."""
        return taken_by(self.i, self.call)


def page_message(context: PageContext, renderer: Renderer) -> Message:
    """Return a page: with buttons until someone has accepted it, as one line afterwards.

    A page that was not answered in time can still be accepted.
    """
    offered = offered_answers(context.i, context.call)
    if "declined" in offered:
        return template_message(renderer, TEMPLATE, context, context.i)
    if offered:
        text = renderer.macro(TEMPLATE, "late", context)
        buttons = read_buttons(renderer.macro(TEMPLATE, "late_buttons", context), context.i)
        return Message(text, [*sections(text), *rows(buttons)])
    settled = renderer.macro(TEMPLATE, "answered", context)
    return Message(settled, context_line(settled))
