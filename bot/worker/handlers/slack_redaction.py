"""Brings Muster's own lines to what may be shown: redacted words leave them, masked ones come back when a mask is lifted.

Knows the lines and updates that quote an entry. Whatever shows the present is drawn anew from the incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import here_text, said_text, update_text
from bot.worker.handlers.message_sender import GONE, edit, find_old
from bot.worker.job_context import JobContext, LastRendered, entries_of
from bot.worker.port import JobRun
from incident.effects.channel_messages import lines
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entries.delivery import DeliveryFailed
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message
from incident.ports import Reader

# The entries of one act stand beside each other; no act makes more than this.
_NEAR: Final = 16
_DECLARED: Final = 1


@dataclass(frozen=True)
class PostedLine:
    """Something of ours that stands in Slack, where, and how it reads now."""

    channel: str
    ts: str
    text: str


def redact_posted(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Edit every line and update of ours that quotes what an entry redacted, masked or shows again.

    One that Slack does not let us edit keeps none of the others as it is. In the incident channel the job is refused for
    it at the end, and waits if the channel is closed to us; elsewhere the channel and the record say so.
    """
    fact = entries_of(run, context)[0].fact
    if not isinstance(fact, Redacted | Masked | MaskLifted):
        raise LookupError(f"job {run.job.key} names an entry that hides nothing")
    redacted = context.renderer.macro("slack/surfaces/line.j2", "masked", fact)
    refused: dict[str, SlackError] = {}
    for n in sorted({*fact.entries, *_titled(run, context, fact.entries)}):
        is_gone = isinstance(fact, Redacted) and n in fact.entries
        for line in (*_said(run, context, n), *_delivered(run, context, n)):
            message = Message(redacted if is_gone else line.text)
            try:
                edit(run, replace(context, shown=LastRendered()), line.channel, line.ts, message, lost=GONE)
            except SlackError as no:
                refused.setdefault(line.channel, no)
    if run.channel in refused:
        raise refused[run.channel]
    return tuple(
        DeliveryFailed(medium=Medium.SLACK, what=JobKind.MASK, error=f"{no.error} in {channel}")
        for channel, no in refused.items()
    )


def _titled(run: JobRun, context: JobContext, entries: Sequence[int]) -> list[int]:
    """Every update shows the title, so each is worded anew when the declaration's words are hidden or shown."""
    if _DECLARED not in entries:
        return []
    kinds = (StatusUpdatePosted.kind,)
    return [entry.n for entry in context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds))]


def _said(run: JobRun, context: JobContext, n: int) -> Iterator[PostedLine]:
    """Find the line in the incident channel about the act that an entry was part of."""
    first, last = max(0, n - _NEAR), n + _NEAR
    near = context.recorder.read(lambda reader: reader.entries(run.job.incident, after=first, until=last))
    itself = next(entry for entry in near if entry.n == n)
    act = [entry for entry in near if (entry.recorded_at, entry.source) == (itself.recorded_at, itself.source)]
    for job in lines(run.incident, act):
        told = tuple(entry for entry in act if (job.entry or 0) <= entry.n <= (job.last or 0))
        if itself not in told:
            continue
        ts = find_old(context, run.channel, job.key, itself.recorded_at)
        if ts is not None:
            yield PostedLine(run.channel, ts, _reads(replace(run, job=job), context, told))


def _reads(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> str:
    is_update = run.job.kind is JobKind.UPDATE_HERE
    return here_text(run, context, entries)[1] if is_update else said_text(run, context, entries)


def _delivered(run: JobRun, context: JobContext, n: int) -> Iterator[PostedLine]:
    """Find where else an update was delivered."""

    def read(reader: Reader) -> tuple[Sequence[Entry], Sequence[Entry]]:
        key = run.job.incident
        return reader.entries(key, after=n - 1, until=n), reader.entries(key, kinds=(UpdateDelivered.kind,), after=n)

    (itself,), told = context.recorder.read(read)
    fact = itself.fact
    if not isinstance(fact, StatusUpdatePosted):
        return
    places = [entry.fact for entry in told if isinstance(entry.fact, UpdateDelivered) and entry.fact.update == n]
    for there in places:
        if there.medium is not Medium.SLACK or there.ref is None:
            continue
        channel, ts = slack_message(there.ref)
        if channel != run.channel:
            yield PostedLine(channel, ts, update_text(run, context, itself, fact, (fact.audience,)))
