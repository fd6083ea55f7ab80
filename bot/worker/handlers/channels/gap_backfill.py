"""Backfills what happened in an incident channel while Muster was not connected, and records the end of the gap.

Everything goes through the same entry points as events, under its natural key, so that what is backfilled and also
arrives late is recorded once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.slack.capture.channel_history import (
    HistoryWindow,
    RecordedMessages,
    deleted_messages,
    pinned_messages,
    read_channel,
    recorded_messages,
)
from bot.slack.capture.message_words import words_or_files_of
from bot.slack.client.account_lookup import STRANGERS
from bot.slack.client.slack_errors import CHANNEL_UNREADABLE
from bot.slack.client.web_api import CallPostponed, SlackError
from bot.slack.interaction import author_of
from bot.slack.payload import Json
from bot.slack.user_directory import account_of, read_member
from bot.worker.handlers.channels.missed_events import deletion, history_source, membership_changes, missed_messages
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from commands.core.capture import Capture
from commands.core.request import Actor, Place, Request
from incident.entries.conversation import GapNoted
from incident.entries.delivery import ChannelChanged, DeliveryFailed
from incident.entry import Entry, Fact
from incident.frozen import clean
from incident.jobs import JobKind
from incident.medium import Medium
from incident.record.message_history import MESSAGE_KINDS
from incident.record.message_time import message_time
from roles.accounts import Account
from roles.person_ids import slack_person

_log = logging.getLogger(__name__)
_BEFORE_GAP: Final = timedelta(hours=24)
_BATCH: Final = 50
# The event of a newer message may still arrive; backfilled now, the message would be recorded as it reads after an edit.
_EVENT_DELAY: Final = timedelta(seconds=3)


def backfill_gap(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Record what Slack shows of an incident channel and the record lacks, and the end of the gap if there was one."""
    try:
        recovered = _backfill_to_now(run, context)
    except SlackError as error:
        if error.error not in CHANNEL_UNREADABLE:
            raise
        _end_gap(run, context, 0)
        if run.incident.is_over:
            return ()
        return (DeliveryFailed(medium=Medium.SLACK, what=JobKind.RECONCILE, error=error.error),)
    _end_gap(run, context, recovered)
    return (ChannelChanged(channel=run.channel, how="opened"),) if run.incident.places.closed else ()


def _backfill_to_now(run: JobRun, context: JobContext) -> int:
    """Backfill until the moment the job was enqueued for, and return the number of entries that were recorded.

    A backfill that was postponed ends where it started. If the job was enqueued again since, for a later gap, the
    rest is read after it; if it was enqueued for a later moment, the job is postponed until then.
    """
    before, run_at = run.incident.n, run.job.run_at
    if run_at is not None and run_at > run.at:
        raise CallPostponed(JobKind.RECONCILE, run_at)
    while (latest := backfill(run, context)[1].latest) < (run_at or latest) - _EVENT_DELAY:
        _log.info("%s: messages posted since are read as well", run.job.key)
    after = context.recorder.read(lambda reader: reader.peek(run.job.incident))
    return (after.n if after else before) - before


def backfill(run: JobRun, context: JobContext, window: HistoryWindow | None = None) -> tuple[int, HistoryWindow]:
    """Read a channel and record what the record lacks, in the order in which it happened.

    Return the number of new messages and edits, and the window that was read. If a call is postponed, the pages read so
    far stay in the cache until the job runs again.
    """
    entries = context.recorder.read(lambda reader: reader.unmasked().entries(run.job.incident, kinds=MESSAGE_KINDS))
    recorded = recorded_messages(entries, run.incident.places.recorded_as(run.channel))
    window = context.cache.history.setdefault(run.job.key, window or _window(run, context, recorded))
    shown = read_channel(context.slack, window, recorded)
    members = window.read(context.slack, "conversations.members", "")
    missed = missed_messages(window, context, shown, recorded)
    changes = membership_changes(run, context, shown, members, window.latest)
    deletions = [
        deletion(run.channel, context, ts, recorded.get(ts), run.at)
        for ts in sorted(deleted_messages(shown, recorded, window.latest))
    ]
    _capture((*missed, *changes, *deletions), run, context)
    for ts, user, message in pinned_messages(shown, recorded, context.slack.bot):
        _pin(run, context, ts, user, message)
    context.cache.history.pop(run.job.key, None)
    return len(missed), window


def _capture(captures: Sequence[Capture], run: JobRun, context: JobContext) -> None:
    """Capture in order and in batches, so that commands run in between; one by one in a retry."""
    size = _BATCH if run.is_first else 1
    for first in range(0, len(captures), size):
        context.record.capture(captures[first : first + size])


def _window(run: JobRun, context: JobContext, recorded: dict[str, RecordedMessages]) -> HistoryWindow:
    """Return the window from the start of the gap or the last recorded message, whichever is earlier, less a day."""
    start = _start_of_gap(run, context)
    last = max((message_time(ts) for ts in recorded), default=run.at)
    since = min(start.occurred_at if start else last, last, run.at)
    return HistoryWindow(run.channel, oldest=since - _BEFORE_GAP, since=since, latest=run.at - _EVENT_DELAY)


def _start_of_gap(run: JobRun, context: JobContext) -> Entry | None:
    """Return the entry with which the gap started, None if the job ends no gap."""
    n = run.job.entry
    if n is None:
        return None
    found = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(GapNoted.kind,), after=n - 1))
    return next((entry for entry in found if entry.n == n), None)


def _end_gap(run: JobRun, context: JobContext, recovered: int) -> None:
    start = _start_of_gap(run, context)
    if start is None:
        return
    context.record.note(
        run.job.incident,
        [GapNoted(edge="ends", since=start.occurred_at, recovered=recovered)],
        f"gap:ends:{run.job.incident.id}:{start.n}",
        happened_at=run.job.run_at or run.at,
    )


def _pin(run: JobRun, context: JobContext, ts: str, user: str, message: Json) -> None:
    """Pin a message to the timeline that a user pinned while Muster was not connected, if they may act."""
    team, event = context.slack.team, f"read-back:{run.channel}:mark:{ts}"
    writer = author_of(team, message)
    author = {"author": writer} if writer else {}
    request = Request(
        verb="pin",
        fields={"channel": run.channel, "ts": ts, "text": clean(words_or_files_of(message)), **author},
        actor=_actor(user, context),
        team=team,
        place=Place(channel=run.channel, message=ts),
        source=history_source(run.channel, ts, event),
        key=f"{run.job.incident.id}:{event}",
        at=run.at,
    )
    context.record.run(request)


def _actor(user: str, context: JobContext) -> Actor:
    """Return a user as an actor, with the kind of account that Slack gives them now."""
    team = context.slack.team
    try:
        found = read_member(team, context.slack.call("users.info", user=user)["user"])
    except SlackError as error:
        if error.error not in STRANGERS:
            raise
        return Actor(id=slack_person(team, user), account=Account.EXTERNAL)
    return Actor(id=found.id, account=account_of(found, team))
