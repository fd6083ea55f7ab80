"""Slack's events of messages, reactions and members as facts for the record. Records nothing.

Changes that no person made (previews of links, a detected language) and Slack's own notices (a topic, an added member)
are no facts.
"""

from __future__ import annotations

from typing import Final

from bot.slack.interaction import author_team, owner_of_event
from bot.slack.payload import Json
from commands.core.capture import Capture, CapturedFact
from incident.entries.conversation import Joined, Left, MessageDeleted, MessageEdited, MessagePosted, Reacted
from incident.entry import EntryPoint, Source
from incident.record.message_time import message_time
from roles.person_ids import MUSTER, PersonId, slack_person

_MESSAGE_SUBTYPES: Final = frozenset({None, "", "file_share", "thread_broadcast", "me_message", "bot_message"})
_TOMBSTONE: Final = "tombstone"


def captures_of(body: Json) -> Capture | None:
    """Return the capture of an event, or None if it is no fact. Its team is the workspace that Slack delivers it for."""
    event, team = body["event"], owner_of_event(body)
    found = _read(team, event)
    if found is None:
        return None
    fact, by, ts = found
    return Capture(
        team=team,
        fact=fact,
        by=by,
        occurred_at=message_time(ts),
        source=Source(
            surface=EntryPoint.EVENT,
            channel=fact.channel,
            message=None if isinstance(fact, Joined | Left) else fact.ts,
            event=body["event_id"],
        ),
    )


def _read(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    kind, subtype = event["type"], event.get("subtype")
    if kind in ("member_joined_channel", "member_left_channel"):
        return _moved(team, event)
    if kind in ("reaction_added", "reaction_removed"):
        return _reacted(team, event)
    if event.get("channel_type") == "im":
        return None
    if subtype == "message_changed":
        return _changed(team, event)
    if subtype == "message_deleted":
        return _deleted(
            team, event["channel"], event["deleted_ts"], event.get("previous_message") or {}, event["event_ts"]
        )
    return _posted(team, event) if subtype in _MESSAGE_SUBTYPES else None


def _moved(team: str, event: Json) -> tuple[CapturedFact, PersonId, str]:
    who = _person(team, event, event["user"])
    fact = Joined if event["type"] == "member_joined_channel" else Left
    return fact(channel=event["channel"], who=who), who, event["event_ts"]


def _reacted(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    item = event.get("item") or {}
    if item.get("type") != "message":
        return None
    removed = event["type"] == "reaction_removed"
    fact = Reacted(channel=item["channel"], ts=item["ts"], emoji=event["reaction"], removed=removed)
    return fact, _person(team, event, event["user"]), event["event_ts"]


def _posted(team: str, event: Json) -> tuple[CapturedFact, PersonId, str]:
    author = _author(team, event) or slack_person(team, "unknown")
    names = [str(file.get("name") or file.get("title") or "a file") for file in event.get("files") or ()]
    fact = MessagePosted(
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=_thread(event),
        author=author,
        text=event.get("text") or "",
        files=", ".join(names) or None,
    )
    return fact, author, event["ts"]


def _thread(message: Json) -> str | None:
    """Return the parent of the thread a message is a reply in; the parent itself is in none."""
    head: str | None = message.get("thread_ts")
    return head if head != message["ts"] else None


def _changed(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    """Read an edit: it has a time, and its text differs. A deleted parent of a thread is a deletion."""
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == _TOMBSTONE:
        return _deleted(team, event["channel"], now["ts"], before, event["event_ts"])
    edited = now.get("edited") or {}
    if not edited.get("ts") or edited.get("ts") == (before.get("edited") or {}).get("ts"):
        return None
    if now.get("text") == before.get("text"):
        return None
    author = _author(team, now) or slack_person(team, "unknown")
    by = author if edited.get("user") in (None, now.get("user")) else slack_person(team, edited["user"])
    fact = MessageEdited(
        channel=event["channel"],
        ts=now["ts"],
        edited_ts=edited["ts"],
        thread_ts=_thread(now),
        author=author,
        text=now.get("text") or "",
        previous=before.get("text"),
    )
    return fact, by, edited["ts"]


def _deleted(team: str, channel: str, ts: str, before: Json, at: str) -> tuple[CapturedFact, PersonId, str]:
    """Read a deletion. Slack does not say who deleted the message, so Muster records it, with the message's author."""
    gone = before.get("subtype") == _TOMBSTONE
    author = None if gone else _author(team, before)
    fact = MessageDeleted(channel=channel, ts=ts, author=author, previous=None if gone else before.get("text"))
    return fact, MUSTER, at


def _author(team: str, message: Json) -> PersonId | None:
    user = message.get("user") or message.get("bot_id")
    return _person(team, message, user) if user else None


def _person(team: str, message: Json, user: str) -> PersonId:
    """Return who wrote or did something: an account of another workspace is recorded as one of that workspace."""
    return slack_person(author_team(message) or team, user)
