"""Edits Muster's posts that quote an entry: redacted and masked text leaves them, unmasked text returns.

Knows channel posts and status updates. Surfaces that show the present are refreshed by jobs of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import line_text
from bot.worker.handlers.message_sender import MESSAGE_GONE, edit, find_posted
from bot.worker.handlers.status_update_delivery import text_for_responders, update_text
from bot.worker.job_context import JobContext, LastRendered, entries_of
from bot.worker.port import JobRun
from incident.effects.channel_messages import channel_messages
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entries.delivery import DeliveryFailed
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message
from incident.ports import Reader

# The entries of one act are adjacent, and no act has more than this.
_LONGEST_ACT: Final = 16
_DECLARATION: Final = 1


@dataclass(frozen=True)
class Quote:
    """A posted message that quotes an entry, and its text as it reads now."""

    channel: str
    ts: str
    text: str


def edit_quotes(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Edit every post and update that quotes what an entry redacted, masked or unmasked.

    A message that Slack refuses to edit does not stop the others. At the end the refusal is raised if it concerns the
    incident channel, so that the job waits while the channel is closed; elsewhere it is recorded.
    """
    fact = entries_of(run, context)[0].fact
    if not isinstance(fact, Redacted | Masked | MaskLifted):
        raise LookupError(f"job {run.job.key} names an entry that hides nothing")
    redacted = context.renderer.macro("slack/surfaces/line.j2", "masked", fact)
    refused: dict[str, SlackError] = {}
    for n in sorted({*fact.entries, *_updates_with_title(run, context, fact.entries)}):
        is_redacted = isinstance(fact, Redacted) and n in fact.entries
        for quote in (*_posts_about(run, context, n), *_deliveries_of(run, context, n)):
            message = Message(redacted if is_redacted else quote.text)
            unrendered = replace(context, shown=LastRendered())
            try:
                edit(run, unrendered, quote.channel, quote.ts, message, lost=MESSAGE_GONE)
            except SlackError as error:
                refused.setdefault(quote.channel, error)
    if run.channel in refused:
        raise refused[run.channel]
    return tuple(
        DeliveryFailed(medium=Medium.SLACK, what=JobKind.MASK, error=f"{error.error} in {channel}")
        for channel, error in refused.items()
    )


def _updates_with_title(run: JobRun, context: JobContext, entries: Sequence[int]) -> list[int]:
    """Every update shows the title, so all of them change with the text of the declaration."""
    if _DECLARATION not in entries:
        return []
    kinds = (StatusUpdatePosted.kind,)
    return [entry.n for entry in context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds))]


def _posts_about(run: JobRun, context: JobContext, n: int) -> Iterator[Quote]:
    """Find the post in the incident channel about the act to which an entry belongs."""
    first, last = max(0, n - _LONGEST_ACT), n + _LONGEST_ACT
    near = context.recorder.read(lambda reader: reader.entries(run.job.incident, after=first, until=last))
    quoted = next(entry for entry in near if entry.n == n)
    act = [entry for entry in near if (entry.recorded_at, entry.source) == (quoted.recorded_at, quoted.source)]
    for job in channel_messages(run.incident, act):
        entries = tuple(entry for entry in act if (job.entry or 0) <= entry.n <= (job.last or 0))
        if quoted not in entries:
            continue
        ts = find_posted(context, run.channel, job.key, quoted.recorded_at)
        if ts is not None:
            yield Quote(run.channel, ts, _text_of(replace(run, job=job), context, entries))


def _text_of(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> str:
    is_update = run.job.kind is JobKind.UPDATE_HERE
    return text_for_responders(run, context, entries)[1] if is_update else line_text(run, context, entries)


def _deliveries_of(run: JobRun, context: JobContext, n: int) -> Iterator[Quote]:
    """Find where an update was delivered in Slack outside the incident channel."""

    def read(reader: Reader) -> tuple[Sequence[Entry], Sequence[Entry]]:
        key = run.job.incident
        return reader.entries(key, after=n - 1, until=n), reader.entries(key, kinds=(UpdateDelivered.kind,), after=n)

    (quoted,), later = context.recorder.read(read)
    fact = quoted.fact
    if not isinstance(fact, StatusUpdatePosted):
        return
    deliveries = [entry.fact for entry in later if isinstance(entry.fact, UpdateDelivered) and entry.fact.update == n]
    for delivery in deliveries:
        if delivery.medium is not Medium.SLACK or delivery.ref is None:
            continue
        channel, ts = slack_message(delivery.ref)
        if channel != run.channel:
            yield Quote(channel, ts, update_text(run, context, quoted, fact, (fact.audience,)))
