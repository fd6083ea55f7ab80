"""What was said where an incident was declared, in the minutes before: captured for the incident, then followed.

What Muster heard of it stands first, with every edit and deletion; then what Slack still shows and nobody heard. Nothing
is taken from a channel in which Muster is not, nor from a private one unless only those involved see the incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.slack.capture.channel_history import HistoryWindow, RecordedMessages, gone, read_channel, recorded_messages
from bot.slack.capture.message_events import moment_of
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.gap_backfill import deleted, said_in
from bot.worker.handlers.message_sender import delete, find_old, post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from commands.core.capture import Capture, Told, capture_into
from incident.effects.job_keys import key_of
from incident.entries.conversation import Joined, Left, Reacted
from incident.entries.delivery import DeliveryFailed, HistoryTaken
from incident.entries.lifecycle import Declared
from incident.entry import Entry, Fact, Surface
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.incident import Incident
from incident.record.message_history import MESSAGE_KINDS
from incident.rules.visibility import is_exposed, is_restricted
from roles.person_ids import slack_person

MOST: Final = 200
MOST_THREADS: Final = 20
_LINE: Final = "before_line"
# By how much Slack's clock may be ahead of ours: much more would take in what was said after the declaration.
_SKEW: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class CaptureBounds:
    """What the line in the channel of the declaration says: of which incident, and what was captured."""

    incident: Incident
    fact: HistoryTaken


def capture_before_declaration(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Capture what was said in the channel of the declaration, and tell there and here how many messages that were."""
    entry = entries_of(run, context)[0]
    fact = entry.fact
    if not isinstance(fact, Declared) or fact.captures_from is None or fact.captures_since is None:
        raise LookupError(f"job {run.job.key} names an entry that captures nothing from before it")
    reading = HistoryWindow(
        fact.captures_from,
        oldest=fact.captures_since,
        since=fact.captures_since,
        latest=_declared_at(entry) + _SKEW,
        most=MOST,
        most_threads=MOST_THREADS,
    )
    if not _may_read(run, context, reading.channel):
        return ()
    # What is heard while we read is heard of a message that is not on the record yet, so we listen again at the end.
    for hear in (_heard, _shown, _heard):
        for said in hear(run, context, reading):
            capture_into(run.job.incident, said, recorder=context.recorder, policy=context.policy, at=run.at)
    more = not context.cache.history.pop(run.job.key, reading).is_whole
    messages = sum(one.was_said for one in _known(run, context, reading).values())
    taken = HistoryTaken(messages=messages, more=more, channel=reading.channel, since=reading.since)
    if not messages:
        return ()
    _tell_there(run, context, taken)
    return (taken,)


def _tell_there(run: JobRun, context: JobContext, taken: HistoryTaken) -> None:
    """Tell those whose words were captured, once; nobody of an incident that others may not see."""
    if taken.channel is None or is_restricted(run.incident):
        return
    text = context.renderer.macro("slack/surfaces/history.j2", "there", CaptureBounds(run.incident, taken))
    with suppress(SlackError):
        post(run, context, taken.channel, Message(text))


def take_back(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Take away what people were told where it was declared, now that others may not see that there is an incident.

    Where Slack does not let us, that is said once.
    """
    (entry,) = context.recorder.read(lambda reader: reader.entries(run.job.incident, until=1))
    channel = entry.fact.captures_from if isinstance(entry.fact, Declared) else None
    if channel is None:
        return ()
    try:
        ts = find_old(context, channel, key_of(JobKind.BEFORE, run.job.incident), entry.recorded_at)
        if ts is not None:
            delete(context, channel, ts)
    except SlackError as no:
        lost = DeliveryFailed(medium=Medium.SLACK, what=_LINE, error=f"{no.error} in {channel}")
        told = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(DeliveryFailed.kind,)))
        return () if any(one.fact == lost for one in told) else (lost,)
    return ()


def _declared_at(entry: Entry) -> datetime:
    """Tell when it was declared: told late, then when it was told, unless nothing could be recorded any sooner."""
    return entry.occurred_at if entry.source.surface is Surface.SPOOL else entry.recorded_at


def _may_read(run: JobRun, context: JobContext, channel: str) -> bool:
    """Tell whether Muster is there, and whether what was said there may stand in this incident's record."""
    try:
        found = context.slack.call("conversations.info", channel=channel)["channel"]
    except SlackError:
        return False
    if not found.get("is_member") or found.get("is_im") or found.get("is_mpim"):
        return False
    return found.get("is_private") is not True or (is_restricted(run.incident) and not is_exposed(run.incident))


def _heard(run: JobRun, context: JobContext, reading: HistoryWindow) -> Iterator[Capture]:
    """Give what this process heard: everything, the originals of what was changed or deleted since included."""
    ours = slack_person(context.slack.team, context.slack.bot)
    for said in context.recent_messages.heard_in(reading.channel, reading.oldest, reading.latest):
        if ours not in (said.by, _author(said.fact)):
            yield said


def _author(fact: Told) -> str | None:
    return None if isinstance(fact, Joined | Left | Reacted) else fact.author


def _shown(run: JobRun, context: JobContext, reading: HistoryWindow) -> Iterator[Capture]:
    """Give what Slack shows and nobody heard; a message that is no longer there is a deletion."""
    known = _known(run, context, reading)
    reading = context.cache.history.setdefault(run.job.key, reading)
    try:
        shown = read_channel(context.slack, reading, known)
    except SlackError:
        reading.is_whole = False
        return
    for said in sorted(said_in(reading.channel, context, shown, known), key=lambda one: one.occurred_at):
        # The head of a thread may be older than what is captured.
        if moment_of(said.source.message or "0") >= reading.oldest:
            yield said
    for ts in sorted(gone(shown, known, reading.latest)):
        if ts in known:
            yield deleted(reading.channel, context, ts, known[ts], run.at)


def _known(run: JobRun, context: JobContext, reading: HistoryWindow) -> dict[str, RecordedMessages]:
    entries = context.recorder.read(lambda reader: reader.bare().entries(run.job.incident, kinds=MESSAGE_KINDS))
    return recorded_messages(entries, reading.channel)
