"""Reads back what was said while Muster was not listening: messages, replies, edits, deletions and marks of a channel.

Everything goes through the doors it would have come through, under its natural key, so that reading back what was
heard already changes nothing. What Slack no longer shows and the record knows is a deletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.send.means import Means, Task
from bot.slack.heard import heard, moment_of
from commands.capture import Capture, capture
from commands.run import run
from commands.verb import Place, Request
from incident.entries.said import MessageDeleted, MessageEdited, MessagePinned, MessagePosted
from incident.entry import Entry, Fact, Source, Surface
from roles.people import slack_person

_BACK: Final = timedelta(hours=24)
# What was said just now is still on its way to us; read back, it would be recorded as it reads after an edit.
_ON_ITS_WAY: Final = timedelta(seconds=3)
_MARK: Final = "pushpin"
_KINDS: Final = ("message_posted", "message_edited", "message_deleted", "message_pinned")

Json = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What the record holds of a channel's messages: those posted and not deleted, their edits, those marked."""

    posted: frozenset[str]
    deleted: frozenset[str]
    edits: frozenset[tuple[str, str]]
    marked: frozenset[str]


def reconcile(task: Task, means: Means) -> Sequence[Fact]:
    """Bring the record up to what Slack shows of the last day of an incident channel."""
    oldest, latest = task.at - _BACK, task.at - _ON_ITS_WAY
    known = _known(means.recorder.read(lambda reader: reader.entries(task.job.incident, kinds=_KINDS)), task.channel)
    shown: set[str] = set()
    for message in _messages(task, means, oldest, latest):
        shown.add(message["ts"])
        _take(task, means, message, known)
    for ts in sorted(known.posted - known.deleted - shown):
        if oldest < moment_of(ts) <= latest:
            _gone(task, means, ts)
    return ()


def _messages(task: Task, means: Means, oldest: datetime, latest: datetime) -> Iterator[Json]:
    """Give every message of the channel between two moments, replies in threads among them, oldest first."""
    found: list[Json] = []
    between = {"oldest": f"{oldest.timestamp():.6f}", "latest": f"{latest.timestamp():.6f}"}
    for message in _pages(means, "conversations.history", channel=task.channel, **between):
        found.append(message)
        if message.get("reply_count"):
            replies = _pages(means, "conversations.replies", channel=task.channel, ts=message["ts"])
            found += [r for r in replies if r["ts"] != message["ts"] and moment_of(r["ts"]) <= latest]
    yield from sorted(found, key=lambda message: str(message["ts"]))


def _pages(means: Means, method: str, **arguments: Any) -> Iterator[Json]:
    cursor = ""
    while True:
        page = means.slack.call(method, limit=200, cursor=cursor, **arguments)
        yield from page["messages"]
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return


def _take(task: Task, means: Means, message: Json, known: Known) -> None:
    if message.get("user") == means.slack.bot:
        return
    ts, edited = message["ts"], (message.get("edited") or {}).get("ts")
    if ts not in known.posted:
        _hear(task, means, message, f"posted:{ts}")
    if edited and (ts, edited) not in known.edits:
        event = {"type": "message", "subtype": "message_changed", "message": message, "event_ts": edited}
        _hear(task, means, event, f"edited:{ts}:{edited}")
    marks = [r for r in message.get("reactions") or () if r["name"] == _MARK and r["users"]]
    if marks and ts not in known.marked:
        _mark(task, means, ts, marks[0]["users"][0])


def _hear(task: Task, means: Means, event: Json, name: str) -> None:
    """Take in an event as if it had come in time."""
    whole = {"type": "message", **event, "channel": task.channel, "event_ts": event.get("event_ts", event.get("ts"))}
    said = heard({"team_id": means.slack.team, "event_id": f"read-back:{task.channel}:{name}", "event": whole})
    if said is not None:
        _capture(task, means, said)


def _gone(task: Task, means: Means, ts: str) -> None:
    """Record that a message is no longer there. Slack does not tell when it went, so it went now."""
    fact = MessageDeleted(channel=task.channel, ts=ts, author=None)
    event = f"read-back:{task.channel}:deleted:{ts}"
    source = Source(surface=Surface.EVENT, channel=task.channel, message=ts, event=event)
    by = slack_person(means.slack.team, "unknown")
    _capture(task, means, Capture(team=means.slack.team, fact=fact, by=by, occurred_at=task.at, source=source))


def _capture(task: Task, means: Means, said: Capture) -> None:
    capture(said, recorder=means.recorder, policy=means.policy, at=task.at)


def _mark(task: Task, means: Means, ts: str, user: str) -> None:
    """Put a message into the timeline that somebody marked while Muster was not listening."""
    event = f"read-back:{task.channel}:mark:{ts}"
    request = Request(
        verb="pin",
        fields={"channel": task.channel, "ts": ts},
        actor=slack_person(means.slack.team, user),
        team=means.slack.team,
        place=Place(channel=task.channel, message=ts),
        source=Source(surface=Surface.EVENT, channel=task.channel, message=ts, event=event),
        key=event,
        at=task.at,
    )
    run(request, recorder=means.recorder, policy=means.policy, policy_hash=task.open.policy_hash)


def _known(entries: Sequence[Entry], channel: str) -> Known:
    facts = [entry.fact for entry in entries]
    here = [fact for fact in facts if getattr(fact, "channel", None) == channel]
    return Known(
        posted=frozenset(fact.ts for fact in here if isinstance(fact, MessagePosted)),
        deleted=frozenset(fact.ts for fact in here if isinstance(fact, MessageDeleted)),
        edits=frozenset((fact.ts, fact.edited_ts) for fact in here if isinstance(fact, MessageEdited)),
        marked=frozenset(fact.ts for fact in here if isinstance(fact, MessagePinned)),
    )
