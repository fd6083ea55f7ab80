"""Reads back what happened in an incident channel while Muster was cut off, and notes where the gap ends.

Everything goes through the doors it would have come through, under its natural key, so that what is read back and what
arrives late after all is recorded once. Messages and edits keep their own times. Slack shows no time for a deletion or
a reaction: a deletion is dated when it was found, an observation is dated as every observation is, by its message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bot.slack.capture.channel_history import (
    ChannelContent,
    HistoryWindow,
    RecordedMessages,
    gone,
    marked,
    moved_at,
    read_channel,
    recorded_messages,
    unheard,
)
from bot.slack.capture.message_events import captures_of, moment_of
from bot.slack.client.slack_errors import CHANNEL_UNREADABLE
from bot.slack.client.web_api import CallPostponed, SlackError
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from commands.core.capture import Capture, Told, capture_all
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome
from commands.core.run import run as run_request
from incident.entries.conversation import GapNoted, Joined, Left, MessageDeleted
from incident.entries.delivery import DeliveryFailed
from incident.entry import Entry, Fact, Source, Surface
from incident.jobs import JobKind
from incident.medium import Medium
from incident.record.message_history import MESSAGE_KINDS
from roles.person_ids import PersonId, slack_person, slack_user

_log = logging.getLogger(__name__)
_BACK: Final = timedelta(hours=24)
_AT_ONCE: Final = 50
# What was said just now is still on its way to us; read back, it would be recorded as it reads after an edit.
_ON_ITS_WAY: Final = timedelta(seconds=3)
_JOINED: Final = frozenset({"channel_join", "group_join"})
_LEFT: Final = frozenset({"channel_leave", "group_leave"})

Json = dict[str, Any]


def backfill_gap(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Bring the record up to what Slack shows of an incident channel, then note the end of the gap if there was one."""
    try:
        recovered = _read_back(run, context)
    except SlackError as no:
        if no.error not in CHANNEL_UNREADABLE:
            raise
        _end_gap(run, context, 0)
        return (
            ()
            if run.incident.is_over
            else (DeliveryFailed(medium=Medium.SLACK, what=JobKind.RECONCILE, error=no.error),)
        )
    _end_gap(run, context, recovered)
    return ()


def _read_back(run: JobRun, context: JobContext) -> int:
    """Record what differs; give how many entries that made.

    A reading that had to wait ends where it began to read. Where the channel was wanted to be read again meanwhile, for
    a connection that was lost since, the rest is read after it; where it was wanted for later, all of it is read then.
    """
    before, wished = run.incident.n, run.job.run_at
    if wished is not None and wished > run.at:
        raise CallPostponed(JobKind.RECONCILE, wished)
    while (latest := take_in(run, context)[1].latest) < (wished or latest) - _ON_ITS_WAY:
        _log.info("%s: what came since is read as well", run.job.key)
    after = context.recorder.read(lambda reader: reader.peek(run.job.incident))
    return (after.n if after else before) - before


def take_in(run: JobRun, context: JobContext, reading: HistoryWindow | None = None) -> tuple[int, HistoryWindow]:
    """Read a channel and record what differs, in the order in which it happened.

    Give how many messages and edits were new, and the reading: until when, and whether it showed all there are. Having to
    wait loses nothing: what was read is kept until the job comes again.
    """
    entries = context.recorder.read(lambda reader: reader.bare().entries(run.job.incident, kinds=MESSAGE_KINDS))
    known = recorded_messages(entries, run.channel)
    reading = context.cache.history.setdefault(run.job.key, reading or _reading(run, context, known))
    shown = read_channel(context.slack, reading, known)
    members = reading.read(context.slack, "conversations.members", "")
    captures_of = sorted(said_in(run.channel, context, shown, known), key=lambda one: one.occurred_at)
    lost = sorted(gone(shown, known, reading.latest))
    gone_now = [deleted(run.channel, context, ts, known.get(ts), run.at) for ts in lost]
    moved = _moved(run, context, shown, members, reading.latest)
    _record((*captures_of, *moved, *gone_now), run, context)
    for ts, user, message in marked(shown, known, context.slack.bot):
        _mark(run, context, ts, user, message)
    context.cache.history.pop(run.job.key, None)
    return len(captures_of), reading


def _record(many: Sequence[Capture], run: JobRun, context: JobContext) -> None:
    """Record them in their order, some at a time, so that commands come in between; each alone where that failed once."""
    at_once = _AT_ONCE if run.is_first else 1
    for start in range(0, len(many), at_once):
        capture_all(many[start : start + at_once], recorder=context.recorder, policy=context.policy, at=run.at)


def _reading(run: JobRun, context: JobContext, known: dict[str, RecordedMessages]) -> HistoryWindow:
    """Say what is to be read: everything since the gap began, or since the last message known, and a day before that."""
    begins = _gap(run, context)
    last = max((moment_of(ts) for ts in known), default=run.at)
    since = min(begins.occurred_at if begins else last, last, run.at)
    return HistoryWindow(run.channel, oldest=since - _BACK, since=since, latest=run.at - _ON_ITS_WAY)


def _gap(run: JobRun, context: JobContext) -> Entry | None:
    """Give the entry with which the gap began, when this reading ends one."""
    n = run.job.entry
    if n is None:
        return None
    found = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(GapNoted.kind,), after=n - 1))
    return next((entry for entry in found if entry.n == n), None)


def _end_gap(run: JobRun, context: JobContext, recovered: int) -> None:
    begins = _gap(run, context)
    if begins is None:
        return
    note_outcome(
        run.job.incident,
        [GapNoted(edge="ends", since=begins.occurred_at, recovered=recovered)],
        job=f"gap:ends:{run.job.incident.id}:{begins.n}",
        recorder=context.recorder,
        policy=context.policy,
        at=run.at,
        happened_at=run.job.run_at,
    )


def said_in(
    channel: str, context: JobContext, shown: ChannelContent, known: dict[str, RecordedMessages]
) -> Iterator[Capture]:
    """Give what Slack shows of a channel and the record does not know, as if it had been heard."""
    team = context.slack.team
    for at, event in unheard(shown, known, context.slack.bot):
        whole = {**event, "channel": channel}
        said = captures_of({"team_id": team, "event_id": f"read-back:{channel}:{at}", "event": whole})
        if said is not None:
            yield said.model_copy(update={"source": _source(channel, said.source.message, said.source.event)})


def _moved(
    run: JobRun, context: JobContext, shown: ChannelContent, members: Sequence[str], latest: datetime
) -> Iterator[Capture]:
    """Give who is there and is not known to be, and who is known to be there and is not.

    Where Slack wrote no line about it, it is dated no later than the list was read, so that it overrules no later move.
    """
    before = {user for person in run.incident.members if (user := slack_user(person))}
    for user in sorted(set(members) - before - {context.slack.bot}):
        yield _move(run, context, Joined, user, moved_at(shown, user, _JOINED) or latest)
    for user in sorted(before - set(members)):
        yield _move(run, context, Left, user, moved_at(shown, user, _LEFT) or latest)


def _move(run: JobRun, context: JobContext, kind: type[Joined | Left], user: str, at: datetime) -> Capture:
    who = slack_person(context.slack.team, user)
    fact = kind(channel=run.channel, who=who)
    return _capture_of(context, fact, by=who, at=at, name=f"{kind.kind}:{user}")


def deleted(channel: str, context: JobContext, ts: str, known: RecordedMessages | None, at: datetime) -> Capture:
    """Say that a message is no longer there. Who deleted it is not told; it is put down to the author, who mostly did."""
    author = known.author if known else None
    fact = MessageDeleted(channel=channel, ts=ts, author=author, previous=known.text if known else None)
    by = author or slack_person(context.slack.team, "unknown")
    return _capture_of(context, fact, by=by, at=at, name=f"deleted:{ts}")


def _capture_of(context: JobContext, fact: Told, *, by: PersonId, at: datetime, name: str) -> Capture:
    message = None if isinstance(fact, Joined | Left) else fact.ts
    event = f"read-back:{fact.channel}:{name}"
    if message is None:
        event = f"{event}:{at.isoformat()}"
    return Capture(
        team=context.slack.team, fact=fact, by=by, occurred_at=at, source=_source(fact.channel, message, event)
    )


def _source(channel: str, message: str | None, event: str | None) -> Source:
    return Source(surface=Surface.HISTORY, channel=channel, message=message, event=event)


def _mark(run: JobRun, context: JobContext, ts: str, user: str, message: Json) -> None:
    """Put a message into the timeline that somebody marked while Muster was not listening."""
    event = f"read-back:{run.channel}:mark:{ts}"
    writer = message.get("user") or message.get("bot_id")
    author = {"author": slack_person(context.slack.team, writer)} if writer else {}
    request = Request(
        verb="pin",
        fields={"channel": run.channel, "ts": ts, "text": message.get("text") or "", **author},
        actor=Actor(id=slack_person(context.slack.team, user)),
        team=context.slack.team,
        place=Place(channel=run.channel, message=ts),
        source=_source(run.channel, ts, event),
        key=f"{run.job.incident.id}:{event}",
        at=run.at,
    )
    run_request(request, recorder=context.recorder, policy=context.policy, policy_hash=run.incident.policy_hash)
