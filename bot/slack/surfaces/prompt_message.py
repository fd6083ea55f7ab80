"""The message of a prompt: what is due and by whom, and how it reads once it is answered, postponed or repeated.

Knows the templates; the deadline and the state of the prompt come from the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.rendering.message_catalog import closure_text
from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import sections
from bot.slack.payload import Json
from bot.slack.surfaces.template_message import (
    Message,
    button_row,
    context_line,
    read_buttons,
    section_with_button,
    template_message,
)
from incident.deadlines.deadline import Deadline
from incident.deadlines.due_deadlines import PromptState
from incident.entries.delivery import PromptDue
from incident.entry import Fact
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.closure_checklist import ChecklistItem
from incident.rules.closure_criteria import Unmet
from incident.rules.outside.clock_starts import undecided_regimes
from incident.rules.outside.vendor_contacts import VendorContact
from incident.rules.responders.attendance import can_be_asked
from incident.rules.responders.open_calls import same_need
from incident.rules.visibility import may_see
from roles.person_ids import PersonId

_SHARED: Final = "slack/prompts/shared.j2"
_POSTPONE: Final = "verb:later"
_CHECKLIST: Final = "slack/prompts/closure.j2"
_NUMBER: Final = "slack/surfaces/asked.j2"


@dataclass(frozen=True, kw_only=True)
class AskContext:
    """What every prompt has, an incident's or another one's.

    `until` is the time to which `put_off_by` postponed it; `named` are the people whom its message has asked for another
    prompt before.
    """

    prompt: PromptDue
    state: PromptState
    now: datetime
    until: datetime | None = None
    put_off_by: PersonId | None = None
    named: tuple[PersonId, ...] = ()

    @property
    def incident(self) -> Incident | None:
        """The incident that its buttons act on, if it is about one."""
        return None

    @property
    def template(self) -> str:
        """Its template."""
        return f"slack/prompts/{self.prompt.ask}.j2"

    @property
    def put_off_template(self) -> str:
        """The template that says that it is postponed."""
        return self.template

    @property
    def is_overdue(self) -> bool:
        """True if the deadline has passed."""
        return self.now >= self.prompt.due_at


@dataclass(frozen=True, kw_only=True)
class PromptContext(AskContext):
    """The context of the templates of an incident's prompt.

    `i` is the incident, `thing` what is due while it is, `about` its id or audience, `items` the closure checklist,
    `source` the fact behind it where the template quotes one, `vendors` the third parties to call.
    `is_direct`: it is read outside the incident channel, and links it.
    """

    i: Incident
    thing: Deadline | None
    later_minutes: int
    items: tuple[ChecklistItem, ...] = ()
    source: Fact | None = None
    vendors: tuple[VendorContact, ...] = ()
    is_direct: bool = False

    @property
    def incident(self) -> Incident:
        """The incident that its buttons act on."""
        return self.i

    @property
    def put_off_template(self) -> str:
        """The template that says that it is postponed."""
        return _SHARED

    @property
    def asked(self) -> tuple[PersonId, ...]:
        """The people the prompt asks, none if its message has asked all of them before."""
        return () if set(self.prompt.asked) <= set(self.named) else self.prompt.asked

    @property
    def about(self) -> str:
        """The subject of the deadline: an action's id, an audience, a role."""
        return self.thing.about if self.thing else self.prompt.due.split(":")[1]

    @property
    def outsiders(self) -> tuple[PersonId, ...]:
        """The people asked who may not see the incident; they learn its number, no more."""
        return tuple(who for who in self.prompt.asked if not may_see(self.i, who))

    @property
    def undecided(self) -> tuple[str, ...]:
        """The regimes in force on which no decision is on record."""
        return undecided_regimes(self.i)

    @property
    def calls(self) -> tuple[Escalation, ...]:
        """The calls for the need that the deadline is about, oldest first."""
        call = self._call()
        return same_need(self.i, call) if call else ()

    @property
    def unreachable(self) -> tuple[PersonId, ...]:
        """The levels that could not be called for the need that the deadline is about."""
        levels = self.calls[0].ladder if self.calls and self.calls[0].how == "functional" else ()
        return tuple(who for who in levels if not can_be_asked(self.i, who))

    def _call(self) -> Escalation | None:
        return next((call for call in self.i.escalations if str(call.n) == self.about), None)

    def one(self, things: tuple[Any, ...]) -> Any:
        """Return the one of several (actions, temporary fixes) that the deadline is about, or None."""
        return next((thing for thing in things if thing.id == self.about), None)


def shared_message(contexts: Sequence[AskContext], renderer: Renderer) -> Message | None:
    """Return the message of prompts that are due together: each with its buttons, each person asked by name once.

    None if it is to be deleted, as in `prompt_message`.
    """
    found: list[Message] = []
    named: tuple[PersonId, ...] = ()
    for context in contexts:
        message = prompt_message(replace(context, named=named), renderer)
        if message is not None:
            found.append(message)
        if context.state is PromptState.OPEN:
            named = (*named, *context.prompt.asked)
    if not found:
        return None
    return Message("\n".join(one.text for one in found), [block for one in found for block in one.blocks])


def number_message(contexts: Sequence[PromptContext], renderer: Renderer) -> Message | None:
    """Return what a person asked reads who may not see the incident: its number, and how to be let in.

    None if it is to be deleted, as in `prompt_message`.
    """
    states = {context.state for context in contexts}
    if states == {PromptState.AGAIN}:
        return None
    is_open = bool(states & {PromptState.OPEN, PromptState.PUT_OFF})
    text = renderer.macro(_NUMBER, "lead" if is_open else "answered", contexts[0])
    return Message(text, sections(text) if is_open else context_line(text))


def prompt_message(context: AskContext, renderer: Renderer) -> Message | None:
    """Return the message of a prompt: with buttons until it is answered, as one line afterwards.

    None if the message is to be deleted, since the prompt is repeated or another one replaces it.
    """
    template = context.template
    if context.state is PromptState.AGAIN:
        return None
    if context.state is PromptState.GONE:
        return _settled(renderer.macro(template, "answered", context))
    if context.state is PromptState.PUT_OFF and not set(context.prompt.asked) - {context.put_off_by}:
        return _put_off(
            context,
            renderer.macro(context.put_off_template, "put_off", context),
            renderer.macro(template, "buttons", context),
        )
    message = _checklist(context, renderer) if isinstance(context, PromptContext) and context.items else None
    message = message or template_message(renderer, template, context, context.incident)
    if context.state is PromptState.PUT_OFF:
        message = _snoozed_by_one(message, renderer.macro(context.put_off_template, "put_off", context))
    if isinstance(context, PromptContext) and context.outsiders and not context.is_direct:
        return Message(message.text, [*message.blocks, *context_line(renderer.macro(_NUMBER, "outsiders", context))])
    return message


def _settled(text: str) -> Message | None:
    return Message(text, context_line(text)) if text else None


def _put_off(context: AskContext, text: str, buttons: str) -> Message:
    """Return a postponed prompt: it can be answered still, and not be postponed again."""
    lines = "\n".join(line for line in buttons.splitlines() if not line.strip().startswith(_POSTPONE))
    return Message(text, [*context_line(text), *button_row(read_buttons(lines, context.incident))])


def _snoozed_by_one(message: Message, text: str) -> Message:
    """Return a prompt that one of several snoozed: it stays as it is for the others, who see who snoozed it until when."""
    blocks = [
        {**block, "elements": _without_snooze(block)} if "elements" in block else block for block in message.blocks
    ]
    return Message(message.text, [*(b for b in blocks if b.get("elements", True)), *context_line(text)])


def _without_snooze(block: Json) -> list[Json]:
    return [one for one in block["elements"] if not one.get("action_id", "").startswith(_POSTPONE)]


def _checklist(context: PromptContext, renderer: Renderer) -> Message:
    lead = renderer.macro(_CHECKLIST, "lead", context)
    lines = [_unmet(item, item.lacks, context, renderer) for item in context.items if item.lacks]
    met = [renderer.macro(_CHECKLIST, "met", item) for item in context.items if item.lacks is None]
    elements = read_buttons(renderer.macro(_CHECKLIST, "buttons", context), context.i)
    resolved = sections(renderer.macro(_CHECKLIST, "resolved", context.i))
    return Message(lead, [*sections(lead), *resolved, *lines, *context_line("   ".join(met)), *button_row(elements)])


def _unmet(item: ChecklistItem, lacks: Unmet, context: PromptContext, renderer: Renderer) -> Json:
    """Return a criterion that is not met, with the button that meets it, if there is one."""
    elements = read_buttons(renderer.macro(_CHECKLIST, "button", lacks, context.i), context.i)
    sentence = closure_text(lacks.needs, lacks.names, typed=not elements)
    text = renderer.macro(_CHECKLIST, "unmet", item, sentence)
    return section_with_button(text, elements[0]) if elements else sections(text)[0]
