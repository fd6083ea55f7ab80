"""Captures for what Slack shows of a channel and the record lacks, as if their events had been received.

Messages and edits keep their own times. Slack shows no time for a deletion: it is dated when it was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.slack.capture.channel_history import (
    ChannelContent,
    HistoryWindow,
    RecordedMessages,
    membership_time,
    missed_events,
)
from bot.slack.capture.message_events import captures_of
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from commands.core.capture import Capture, CapturedFact
from incident.entries.conversation import Joined, Left, MessageDeleted
from incident.entry import EntryPoint, Source
from roles.person_ids import MUSTER, PersonId, slack_person, slack_user

_JOINED: Final = frozenset({"channel_join", "group_join"})
_LEFT: Final = frozenset({"channel_leave", "group_leave"})


def missed_messages(
    window: HistoryWindow, context: JobContext, shown: ChannelContent, recorded: dict[str, RecordedMessages]
) -> list[Capture]:
    """Return captures for the messages and edits that the record lacks, oldest first."""
    return sorted(_missed_messages(window, context, shown, recorded), key=lambda one: one.occurred_at)


def _missed_messages(
    window: HistoryWindow, context: JobContext, shown: ChannelContent, recorded: dict[str, RecordedMessages]
) -> Iterator[Capture]:
    team, channel = context.slack.team, window.channel
    for at, event in missed_events(shown, recorded, context.slack.bot, window.latest):
        body = {"team_id": team, "event_id": f"read-back:{channel}:{at}", "event": {**event, "channel": channel}}
        missed = captures_of(body)
        if missed is not None:
            source = history_source(channel, missed.source.message, missed.source.event)
            yield missed.model_copy(update={"source": source})


def membership_changes(
    run: JobRun, context: JobContext, shown: ChannelContent, members: Sequence[str], latest: datetime
) -> Iterator[Capture]:
    """Yield captures for the joins and leaves that the record lacks; `members` are the user ids in the channel now.

    If Slack shows no message about a change, it is dated `latest`, so that it overrules no later one.
    """
    before = {user for person in run.incident.members if (user := slack_user(person))}
    for user in sorted(set(members) - before - {context.slack.bot}):
        yield _membership_change(run, context, Joined, user, membership_time(shown, user, _JOINED) or latest)
    for user in sorted(before - set(members)):
        yield _membership_change(run, context, Left, user, membership_time(shown, user, _LEFT) or latest)


def _membership_change(run: JobRun, context: JobContext, kind: type[Joined | Left], user: str, at: datetime) -> Capture:
    who = slack_person(context.slack.team, user)
    return _capture(context, kind(channel=run.channel, who=who), by=who, at=at, name=f"{kind.kind}:{user}")


def deletion(channel: str, context: JobContext, ts: str, recorded: RecordedMessages | None, at: datetime) -> Capture:
    """Return a capture for a message that Slack no longer shows.

    Slack does not say who deleted it, so Muster records it, with the message's author.
    """
    author = recorded.author if recorded else None
    fact = MessageDeleted(channel=channel, ts=ts, author=author, previous=recorded.text if recorded else None)
    return _capture(context, fact, by=MUSTER, at=at, name=f"deleted:{ts}")


def history_source(channel: str, message: str | None, event: str | None) -> Source:
    """Return the source of what was read from a channel's history."""
    return Source(surface=EntryPoint.HISTORY, channel=channel, message=message, event=event)


def _capture(context: JobContext, fact: CapturedFact, *, by: PersonId, at: datetime, name: str) -> Capture:
    message = fact.ts if isinstance(fact, MessageDeleted) else None
    event = f"read-back:{fact.channel}:{name}"
    if message is None:
        event = f"{event}:{at.isoformat()}"
    source = history_source(fact.channel, message, event)
    return Capture(team=context.slack.team, fact=fact, by=by, occurred_at=at, source=source)
