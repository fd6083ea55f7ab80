"""Writes to one person about a change of their shifts; a swap that is offered has buttons until it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.slack.blocks.block_elements import sections
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message, template_message
from bot.worker.handlers.message_sender import direct_channel, edit, post
from bot.worker.handlers.page_delivery import deliveries
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.entries.delivery import DeliveryFailed, PromptSent
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message, slack_ref
from organisation.entries.shift_changes import SwapAccepted, SwapDeclined, SwapLapsed, SwapOffered, SwapWithdrawn
from roles.person_ids import PersonId

_TEMPLATE: Final = "slack/reminders/shift_change.j2"
_ANSWERS: Final = (SwapAccepted, SwapDeclined, SwapLapsed, SwapWithdrawn)


@dataclass(frozen=True)
class ShiftChangeContext:
    """What the template sees: the change, by whom and for whom, and how a swap was answered, None while it waits."""

    entry: Entry
    person: PersonId
    answer: Entry | None
    now: datetime

    @property
    def fact(self) -> Any:
        """What changed."""
        return self.entry.fact


def write_of_shift_change(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send the message once. That of a swap is edited once the swap is answered; an answer before it was sent needs none."""
    [entry] = entries_of(run, context)
    view = ShiftChangeContext(entry, run.person, _answer(run, context, entry), run.at)
    try:
        channel = direct_channel(context, run.person)
        return _write(run, context, channel, view) if channel else ()
    except SlackError as error:
        return (DeliveryFailed(medium=Medium.SLACK, what=JobKind.SHIFT_CHANGE, who=run.person, error=error.error),)


def _write(run: JobRun, context: JobContext, channel: str, view: ShiftChangeContext) -> Sequence[Fact]:
    is_offer = isinstance(view.fact, SwapOffered)
    refs = [slack_message(sent.ref) for sent in deliveries(run, context, view.entry.n)] if is_offer else []
    posted = next((ts for place, ts in refs if place == channel), None)
    if view.answer is None:
        message = template_message(context.renderer, _TEMPLATE, view, None)
    else:
        text = context.renderer.macro(_TEMPLATE, "answered", view)
        message = Message(text, sections(text))
    if posted is not None:
        edit(run, context, channel, posted, message)
        return ()
    if view.answer is not None:
        return ()
    ts = post(run, context, channel, message, since=view.entry.recorded_at)
    sent = PromptSent(prompt=view.entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts))
    return (sent,) if is_offer else ()


def _answer(run: JobRun, context: JobContext, entry: Entry) -> Entry | None:
    """Return the entry that answered the offer of an entry, or None."""
    if not isinstance(entry.fact, SwapOffered):
        return None
    kinds = tuple(fact.kind for fact in _ANSWERS)
    later = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds, after=entry.n))
    return next((one for one in later if isinstance(one.fact, _ANSWERS) and one.fact.offer == entry.n), None)
