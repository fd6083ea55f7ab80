"""Slack's events of messages, reactions, members and channels as facts for the record. Records nothing.

Changes that no person made (previews of links, a detected language) and Slack's own notices (a topic, an added member)
are no facts. What people and apps say is one, whatever kind of message Slack calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from bot.slack.capture.message_words import files_of, words_of
from bot.slack.interaction import author_of, author_team, owner_of_event
from bot.slack.payload import Json
from commands.core.capture import Capture, CapturedFact
from incident.entries.conversation import Joined, Left, MessageDeleted, MessageEdited, MessagePosted, Reacted
from incident.entries.delivery import ChannelChanged
from incident.entry import EntryPoint, Source
from incident.frozen import clean
from incident.record.message_time import message_time
from roles.person_ids import MUSTER, PersonId, slack_person

CHANNEL_EVENTS: Final[
    Mapping[str, Literal["moved", "renamed", "archived", "deleted", "opened", "shared", "unshared"]]
] = {
    "channel_id_changed": "moved",
    "channel_shared": "shared",
    "channel_unshared": "unshared",
    **{f"{channel}_rename": "renamed" for channel in ("channel", "group")},
    **{f"{channel}_archive": "archived" for channel in ("channel", "group")},
    **{f"{channel}_unarchive": "opened" for channel in ("channel", "group")},
    **{f"{channel}_deleted": "deleted" for channel in ("channel", "group")},
}
# Slack's own notices start so, or are these. A kind of message that Slack adds later is captured if it has words.
_NOTICES: Final = ("channel_", "group_", "bot_", "reminder_", "ekm_", "tabbed_")
_SAID: Final = frozenset({"file_share", "thread_broadcast", "me_message", "bot_message", "huddle_thread"})
_FURTHER_NOTICES: Final = frozenset({"pinned_item", "unpinned_item", "message_replied", "tombstone", "sh_room_created"})
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
            message=None if isinstance(fact, Joined | Left | ChannelChanged) else fact.ts,
            event=body["event_id"],
        ),
    )


def _read(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    kind, subtype = event["type"], event.get("subtype")
    if kind in ("member_joined_channel", "member_left_channel"):
        return _moved(team, event)
    if kind in ("reaction_added", "reaction_removed"):
        return _reacted(team, event)
    if kind in CHANNEL_EVENTS:
        return _channel_changed(team, event)
    if event.get("channel_type") == "im":
        return None
    if subtype == "message_changed":
        return _changed(team, event)
    if subtype == "message_deleted":
        return _deleted(
            team, event["channel"], event["deleted_ts"], event.get("previous_message") or {}, event["event_ts"]
        )
    return None if _is_notice(subtype) else _posted(team, event)


def _is_notice(subtype: str | None) -> bool:
    if not subtype or subtype in _SAID:
        return False
    return subtype.startswith(_NOTICES) or subtype in _FURTHER_NOTICES


def _moved(team: str, event: Json) -> tuple[CapturedFact, PersonId, str]:
    who = _person(team, event, event["user"])
    fact = Joined if event["type"] == "member_joined_channel" else Left
    return fact(channel=event["channel"], who=who), who, event["event_ts"]


def _channel_changed(team: str, event: Json) -> tuple[CapturedFact, PersonId, str]:
    """Read that a channel was renamed, archived or deleted, or has another id. Slack does not always say by whom."""
    how, ref = CHANNEL_EVENTS[event["type"]], event.get("channel") or event.get("old_channel_id")
    named: Json = ref if isinstance(ref, dict) else {"id": ref}
    name = clean(str(named["name"])) if "name" in named else None
    fact = ChannelChanged(channel=str(named["id"]), how=how, to=event.get("new_channel_id"), name=name)
    by = _person(team, event, event["user"]) if isinstance(event.get("user"), str) else MUSTER
    return fact, by, event["event_ts"]


def _reacted(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    item = event.get("item") or {}
    if item.get("type") != "message":
        return None
    removed = event["type"] == "reaction_removed"
    fact = Reacted(channel=item["channel"], ts=item["ts"], emoji=event["reaction"], removed=removed)
    return fact, _person(team, event, event["user"]), event["event_ts"]


def _posted(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    author = author_of(team, event) or slack_person(team, "unknown")
    text, files = words_of(event), files_of(event)
    if event.get("subtype") not in (None, "", *_SAID) and not text and not files:
        return None
    fact = MessagePosted(
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=_thread(event),
        author=author,
        text=text,
        files=files,
    )
    return fact, author, event["ts"]


def _thread(message: Json) -> str | None:
    """Return the parent of the thread a message is a reply in; the parent itself is in none."""
    head: str | None = message.get("thread_ts")
    return head if head != message["ts"] else None


def _changed(team: str, event: Json) -> tuple[CapturedFact, PersonId, str] | None:
    """Read an edit: it has a time, and words or files differ. A deleted parent of a thread is a deletion."""
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == _TOMBSTONE:
        return _deleted(team, event["channel"], now["ts"], before, event["event_ts"])
    edited_ts = _edited_ts(now, before, event["event_ts"])
    text, files = words_of(now), files_of(now)
    if edited_ts is None or (before and (text, files) == (words_of(before), files_of(before))):
        return None
    author, edited = author_of(team, now) or slack_person(team, "unknown"), now.get("edited") or {}
    by = (
        author
        if edited.get("user") in (None, now.get("user"), now.get("bot_id"))
        else slack_person(team, edited["user"])
    )
    fact = MessageEdited(
        channel=event["channel"],
        ts=now["ts"],
        edited_ts=edited_ts,
        thread_ts=_thread(now),
        author=author,
        text=text,
        files=files,
        previous=words_of(before) if before else None,
    )
    return fact, by, edited_ts


def _edited_ts(now: Json, before: Json, at: str) -> str | None:
    """Return when a message was edited; None when only Slack changed it.

    Slack marks no edit when an app replaces blocks, when a huddle ends, or when a file is deleted: those have the time of
    their event.
    """
    edited_ts, known_ts = ((one.get("edited") or {}).get("ts") for one in (now, before))
    if edited_ts and edited_ts != known_ts:
        return str(edited_ts)
    is_unmarked = now.get("bot_id") or now.get("room") or files_of(now) != files_of(before)
    return at if before and is_unmarked else None


def _deleted(team: str, channel: str, ts: str, before: Json, at: str) -> tuple[CapturedFact, PersonId, str]:
    """Read a deletion. Slack does not say who deleted the message, so Muster records it, with the message's author."""
    is_known = before and before.get("subtype") != _TOMBSTONE
    author = author_of(team, before) if is_known else None
    fact = MessageDeleted(channel=channel, ts=ts, author=author, previous=words_of(before) if is_known else None)
    return fact, MUSTER, at


def _person(team: str, message: Json, user: str) -> PersonId:
    """Return who wrote or did something: an account of another workspace is recorded as one of that workspace."""
    return slack_person(author_team(message) or team, user)
