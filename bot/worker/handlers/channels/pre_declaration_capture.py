"""Captures what was posted where an incident was declared, in the minutes before, and follows it from then on.

Muster's own recent messages come first, with every edit and deletion; then what Slack still shows and Muster never
received. Nothing is captured from a channel Muster is not in, nor from a private one unless the incident is restricted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.slack.capture.channel_history import (
    HistoryWindow,
    RecordedMessages,
    deleted_messages,
    read_channel,
    recorded_messages,
)
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channels.missed_events import deletion, missed_messages
from bot.worker.handlers.message_sender import delete, find_posted, post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from commands.core.capture import Capture, CapturedFact
from incident.effects.job_keys import key_of
from incident.entries.conversation import Joined, Left, Reacted
from incident.entries.delivery import ChannelChanged, DeliveryFailed, HistoryTaken
from incident.entries.lifecycle import Declared
from incident.entry import Entry, EntryPoint, Fact
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.incident import Incident
from incident.record.message_history import MESSAGE_KINDS
from incident.record.message_time import message_time
from incident.rules.visibility import is_exposed, is_restricted
from roles.person_ids import slack_person

MAX_MESSAGES: Final = 200
MAX_THREADS: Final = 20
_NOTICE: Final = "before_line"
# How far Slack's clock may be ahead of ours. Much more would capture messages posted after the declaration.
_CLOCK_SKEW: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class CaptureNotice:
    """What the template of the notice in the channel of the declaration sees."""

    incident: Incident
    fact: HistoryTaken


def capture_before_declaration(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Capture the messages before the declaration, and say in both channels how many there were."""
    entry = entries_of(run, context)[0]
    fact = entry.fact
    if not isinstance(fact, Declared) or fact.captures_from is None or fact.captures_since is None:
        raise LookupError(f"job {run.job.key} names an entry that captures nothing from before it")
    window = HistoryWindow(
        fact.captures_from,
        oldest=fact.captures_since,
        since=fact.captures_since,
        latest=_declared_at(entry) + _CLOCK_SKEW,
        most=MAX_MESSAGES,
        most_threads=MAX_THREADS,
    )
    if not _may_read(run, context, window.channel):
        return ()
    # Events that arrive during the read concern messages that are not recorded yet, so received ones are captured again.
    for source in (_received, _shown_by_slack, _received):
        for one in source(run, context, window):
            context.record.capture_into(run.job.incident, one)
    more = not context.cache.history.pop(run.job.key, window).is_whole
    messages = sum(one.is_recorded for one in _recorded(run, context, window).values())
    taken = HistoryTaken(messages=messages, more=more, channel=window.channel, since=window.since)
    if not messages:
        return ()
    _post_notice(run, context, taken)
    return (taken,)


def _post_notice(run: JobRun, context: JobContext, taken: HistoryTaken) -> None:
    """Tell those whose messages were captured, once, unless the incident is restricted."""
    if taken.channel is None or is_restricted(run.incident):
        return
    text = context.renderer.macro("slack/surfaces/history.j2", "there", CaptureNotice(run.incident, taken))
    with suppress(SlackError):
        post(run, context, taken.channel, Message(text))


def delete_capture_notice(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Delete the notice of an incident that became restricted. If Slack refuses, record that once."""
    (entry,) = context.recorder.read(lambda reader: reader.entries(run.job.incident, until=1))
    channel = entry.fact.captures_from if isinstance(entry.fact, Declared) else None
    if channel is None:
        return ()
    try:
        ts = find_posted(context, channel, key_of(JobKind.BEFORE, run.job.incident), entry.recorded_at)
        if ts is not None:
            delete(context, channel, ts)
    except SlackError as error:
        failed = DeliveryFailed(medium=Medium.SLACK, what=_NOTICE, error=f"{error.error} in {channel}")
        recorded = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(DeliveryFailed.kind,)))
        return () if any(one.fact == failed for one in recorded) else (failed,)
    return ()


def _declared_at(entry: Entry) -> datetime:
    """Return when the incident was declared: when recorded, or when requested if the database was absent then."""
    return entry.occurred_at if entry.source.surface is EntryPoint.SPOOL else entry.recorded_at


def _may_read(run: JobRun, context: JobContext, channel: str) -> bool:
    """True if Muster is in the channel, and its messages may be in this incident's record."""
    try:
        found = context.slack.call("conversations.info", channel=channel)["channel"]
    except SlackError:
        return False
    if not found.get("is_member") or found.get("is_im") or found.get("is_mpim"):
        return False
    return found.get("is_private") is not True or (is_restricted(run.incident) and not is_exposed(run.incident))


def _received(run: JobRun, context: JobContext, window: HistoryWindow) -> Iterator[Capture]:
    """Yield what this process received, including the originals of what was edited or deleted since."""
    muster = slack_person(context.slack.team, context.slack.bot)
    for one in context.recent_messages.posted_in(window.channel, window.oldest, window.latest):
        if muster not in (one.by, _author(one.fact)):
            yield one


def _author(fact: CapturedFact) -> str | None:
    return None if isinstance(fact, Joined | Left | Reacted | ChannelChanged) else fact.author


def _shown_by_slack(run: JobRun, context: JobContext, window: HistoryWindow) -> Iterator[Capture]:
    """Yield what Slack shows and the record lacks; a recorded message that Slack no longer shows was deleted."""
    recorded = _recorded(run, context, window)
    window = context.cache.history.setdefault(run.job.key, window)
    try:
        shown = read_channel(context.slack, window, recorded)
    except SlackError:
        window.is_whole = False
        return
    for one in missed_messages(window, context, shown, recorded):
        # The head of a thread may be older than the window.
        if message_time(one.source.message or "0") >= window.oldest:
            yield one
    for ts in sorted(deleted_messages(shown, recorded, window.latest)):
        if ts in recorded:
            yield deletion(window.channel, context, ts, recorded[ts], run.at)


def _recorded(run: JobRun, context: JobContext, window: HistoryWindow) -> dict[str, RecordedMessages]:
    entries = context.recorder.read(lambda reader: reader.unmasked().entries(run.job.incident, kinds=MESSAGE_KINDS))
    return recorded_messages(entries, window.channel)
