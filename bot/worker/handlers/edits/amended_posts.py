"""Corrects an update where it was sent, and strikes through what was taken back: what was posted is edited and marked.

Slack shows an edit to no one who has read the message already, so the reply in its thread is shown in the channel too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.edits.posted_messages import deliveries, direct_messages_sent, edit_all, posts_here
from bot.worker.handlers.message_sender import is_private, post
from bot.worker.handlers.status_update_delivery import correction_text
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.entries.lifecycle import Undone
from incident.entries.status_updates import UpdateCorrected, UpdateDelivered
from incident.entry import Entry, Fact
from incident.medium import Medium, slack_message, slack_ref
from incident.rules.visibility import is_restricted, may_stand_in

_THREAD_GONE: Final = frozenset({"thread_not_found", "message_not_found", "cannot_reply_to_message"})


def amend(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Edit the messages that show what was amended. Below a corrected update its audience reads of it; that is recorded."""
    entry = entries_of(run, context)[0]
    fact = entry.fact
    if isinstance(fact, Undone):
        posted = (*posts_here(run, context), *deliveries(run, context), *direct_messages_sent(run, context))
        return edit_all(run, context, entry, [one for one in posted if one.tells_of(*fact.entries)])
    if not isinstance(fact, UpdateCorrected):
        raise LookupError(f"job {run.job.key} names an entry that amends nothing")
    delivery = _delivery(run, context, fact.update)
    if delivery and delivery.channel != run.channel and not _may_be_told(run, context, delivery.channel):
        return (_told(entry, fact, error="restricted"),)
    posted = (*posts_here(run, context), *deliveries(run, context))
    failed = edit_all(run, context, entry, [one for one in posted if one.tells_of(fact.update)])
    return (*failed, *(_replied(run, context, entry, fact, delivery) if delivery else ()))


class _Delivery(NamedTuple):
    """Where an update was delivered in Slack, and the entry that says so."""

    channel: str
    ts: str
    n: int


def _delivery(run: JobRun, context: JobContext, update: int) -> _Delivery | None:
    kinds = (UpdateDelivered.kind,)
    for entry in context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds, after=update)):
        fact = entry.fact
        if isinstance(fact, UpdateDelivered) and fact.update == update and fact.ref and fact.medium is Medium.SLACK:
            return _Delivery(*slack_message(fact.ref), entry.n)
    return None


def _may_be_told(run: JobRun, context: JobContext, channel: str) -> bool:
    return not is_restricted(run.incident) or may_stand_in(run.incident, is_private=is_private(context, channel))


def _replied(
    run: JobRun, context: JobContext, entry: Entry, fact: UpdateCorrected, delivery: _Delivery
) -> Sequence[Fact]:
    """Reply below what readers had before them; the incident channel has the line about the correction already."""
    if delivery.channel == run.channel or delivery.n > entry.n:
        return (_told(entry, fact, ref=slack_ref(delivery.channel, delivery.ts)),)
    message = Message(correction_text(run, context, entry))
    send = partial(post, run, context, delivery.channel, message, since=entry.recorded_at)
    try:
        reply = send(below=delivery.ts)
    except SlackError as error:
        if error.error not in _THREAD_GONE:
            return (_told(entry, fact, error=error.error),)
        reply = send()
    return (_told(entry, fact, ref=slack_ref(delivery.channel, reply)),)


def _told(entry: Entry, fact: UpdateCorrected, *, ref: str | None = None, error: str | None = None) -> UpdateDelivered:
    return UpdateDelivered(update=entry.n, audience=fact.audience, medium=Medium.SLACK, ref=ref, error=error)
