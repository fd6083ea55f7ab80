"""What Slack still shows of a channel, and where it differs from what the record knows. Records nothing.

Reads page by page within the budget; what was read is kept by whoever reads, so that having to wait loses nothing.
Slack shows the present: not what a message said before an edit, not when something was deleted, not when somebody
reacted. Whatever cannot be known from that is left open and never made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bot.slack.client.cursor_pages import next_cursor
from bot.slack.client.web_api import SlackClient, SlackError
from bot.slack.payload import Json
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePinned, MessagePosted
from incident.entry import Entry
from incident.frozen import clean
from incident.record.message_history import MESSAGES, author, text_now
from incident.record.message_time import message_time
from roles.person_ids import PersonId

MOST_BACK: Final = 1000
_PAGE: Final = 200
_RECENT: Final = timedelta(hours=1)
_TOMBSTONE: Final = "tombstone"
_MARK: Final = "pushpin"


@dataclass
class PageReader:
    """How far one call has been read: what came, and where it goes on. No cursor means that it came to its end."""

    items: list[Any] = field(default_factory=list)
    cursor: str | None = ""


@dataclass
class HistoryWindow:
    """One reading of one channel, between two moments.

    Everything since `since` is read and before it a bounded part; or, where `most` is given, so many messages and no more,
    and where `most_threads` is, the replies of so many threads.
    """

    channel: str
    oldest: datetime
    since: datetime
    latest: datetime
    most: int | None = None
    most_threads: int | None = None
    is_whole: bool = True
    pages: dict[str, PageReader] = field(default_factory=dict)

    def read(self, slack: SlackClient, method: str, name: str, **arguments: Any) -> list[Any]:
        """Give everything a call gives, going on where it had to wait; `name` tells calls of one method apart."""
        pages = self.pages.setdefault(f"{method}:{name}", PageReader())
        wanted = "members" if method == "conversations.members" else "messages"
        if pages.cursor is None:
            return pages.items
        for page in slack.pages(method, cursor=pages.cursor, channel=self.channel, limit=_PAGE, **arguments):
            pages.items += page[wanted]
            pages.cursor = next_cursor(page) or None
            if method == "conversations.history" and self._is_enough(pages.items):
                self.is_whole = self.is_whole and pages.cursor is None
                pages.cursor = None
                break
        return pages.items

    def _is_enough(self, messages: Sequence[Json]) -> bool:
        if self.most is not None:
            return len(messages) >= self.most
        return len(messages) >= MOST_BACK and message_time(messages[-1]["ts"]) < self.since


@dataclass(frozen=True)
class RecordedMessages:
    """What the record holds of one message."""

    entries: tuple[Entry, ...]

    def has(self, kind: type[MessagePosted | MessageEdited | MessageDeleted | MessagePinned]) -> bool:
        """Tell whether the record holds such a fact about it."""
        return any(isinstance(entry.fact, kind) for entry in self.entries)

    @property
    def was_said(self) -> bool:
        """Tell whether the record holds what it says or said."""
        return self.has(MessagePosted) or self.has(MessageEdited)

    @property
    def is_live(self) -> bool:
        """Tell whether it stands, as far as the record knows."""
        return self.was_said and not self.has(MessageDeleted)

    @property
    def thread(self) -> str | None:
        """Name the head of the thread it is a reply in."""
        facts = (entry.fact for entry in self.entries)
        heads = (fact.thread_ts for fact in facts if isinstance(fact, MessagePosted | MessageEdited))
        return next((head for head in heads if head), None)

    @property
    def text(self) -> str | None:
        """What it reads now."""
        return text_now(self.entries)

    @property
    def author(self) -> PersonId | None:
        """Who wrote it."""
        return author(self.entries)

    def is_older_than(self, edited_ts: str) -> bool:
        """Tell whether the record knows of no edit as late as this one."""
        edits = [Decimal(e.fact.edited_ts) for e in self.entries if isinstance(e.fact, MessageEdited)]
        return max(edits, default=Decimal(0)) < Decimal(edited_ts)


NOTHING: Final = RecordedMessages(())


def recorded_messages(entries: Sequence[Entry], channel: str) -> dict[str, RecordedMessages]:
    """Sort what the record holds of a channel's messages by message."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, MESSAGES) and fact.channel == channel:
            found.setdefault(fact.ts, []).append(entry)
    return {ts: RecordedMessages(tuple(about)) for ts, about in found.items()}


@dataclass(frozen=True)
class ChannelContent:
    """What Slack shows: every message by its ts, the threads that were read whole, and from when on all was read.

    The head of a thread that was deleted stands there as a stone, of subtype `tombstone`.
    """

    messages: dict[str, Json]
    threads: frozenset[str]
    begins: datetime


def read_channel(slack: SlackClient, reading: HistoryWindow, known: dict[str, RecordedMessages]) -> ChannelContent:
    """Read a channel and those of its threads in which something may have changed."""
    between = {"oldest": f"{reading.oldest.timestamp():.6f}", "latest": f"{reading.latest.timestamp():.6f}"}
    heads = reading.read(slack, "conversations.history", "", **between)
    threads = frozenset(sorted(_threads(reading, heads, known), reverse=True)[: reading.most_threads])
    read = {head: _replies(slack, reading, head) for head in sorted(threads)}
    replies = [one for several in read.values() for one in several or ()]
    heads = [one for one in heads if read.get(one["ts"], ()) is not None]
    until = [one for one in (*heads, *replies) if message_time(one["ts"]) <= reading.latest]
    begins = reading.oldest if reading.is_whole or not heads else message_time(heads[-1]["ts"])
    return ChannelContent({str(one["ts"]): one for one in until}, threads, begins)


def _replies(slack: SlackClient, reading: HistoryWindow, head: str) -> list[Json] | None:
    """Give the replies of a thread; None where its head was deleted since the channel was read, and all with it."""
    try:
        return reading.read(slack, "conversations.replies", head, ts=head)
    except SlackError as no:
        if no.error != "thread_not_found":
            raise
        return None


def _threads(reading: HistoryWindow, heads: Sequence[Json], known: dict[str, RecordedMessages]) -> Iterator[str]:
    """Name the threads in which somebody spoke lately, or in which replies are missing."""
    lately = reading.since - _RECENT
    replies = Counter(one.thread for one in known.values() if one.is_live and one.thread)
    for head in heads:
        latest = head.get("latest_reply")
        # Without a count it is no thread, or not any more: its last reply was deleted.
        if (latest and message_time(latest) > lately) or head.get("reply_count", 0) < replies[head["ts"]]:
            yield str(head["ts"])
    shown = {head["ts"] for head in heads}
    begun_before = {
        one.thread for ts, one in known.items() if one.is_live and one.thread and message_time(ts) > lately - _RECENT
    }
    yield from (head for head in begun_before - shown if head and message_time(head) < reading.oldest)


def missed_events(
    shown: ChannelContent, known: dict[str, RecordedMessages], bot: str
) -> Iterator[tuple[Decimal, Json]]:
    """Give the events that never came, as Slack would have sent them, with when each happened.

    A message that was changed since and was never heard is given as its edit alone: what it said at first is not shown.
    """
    for ts, message in shown.messages.items():
        about, edited = known.get(ts, NOTHING), (message.get("edited") or {}).get("ts")
        if message.get("user") == bot or message.get("subtype") == _TOMBSTONE or about.has(MessageDeleted):
            continue
        if not edited:
            if not about.was_said:
                yield Decimal(ts), {"type": "message", **message, "event_ts": ts}
        elif about.is_older_than(edited) and not (about.was_said and about.text == clean(message.get("text") or "")):
            yield Decimal(edited), _edit(message, edited, about)


def _edit(message: Json, edited: str, about: RecordedMessages) -> Json:
    before = {"text": about.text} if about.text is not None else {}
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": message,
        "previous_message": before,
        "event_ts": edited,
    }


def deleted_messages(shown: ChannelContent, known: dict[str, RecordedMessages], latest: datetime) -> Iterator[str]:
    """Name the messages that the record knows and Slack no longer shows, and the stones of those it does not know."""
    for ts, message in shown.messages.items():
        if message.get("subtype") == _TOMBSTONE and not known.get(ts, NOTHING).has(MessageDeleted):
            yield ts
    for ts, about in known.items():
        if about.is_live and ts not in shown.messages and _was_read(ts, about, shown, latest):
            yield ts


def _was_read(ts: str, about: RecordedMessages, shown: ChannelContent, latest: datetime) -> bool:
    """Tell whether a message would have been shown if it still stood."""
    if message_time(ts) > latest:
        return False
    head = about.thread
    if head is None:
        return message_time(ts) > shown.begins
    # A thread whose head is gone without a stone has no replies left.
    return head in shown.threads or (message_time(head) > shown.begins and head not in shown.messages)


def pinned_by_reaction(
    shown: ChannelContent, known: dict[str, RecordedMessages], bot: str
) -> Iterator[tuple[str, str, Json]]:
    """Name the messages with a 📌 that are not in the timeline, and who was the first to give it."""
    for ts, message in sorted(shown.messages.items()):
        users = [
            user
            for reaction in message.get("reactions") or ()
            if reaction["name"] == _MARK
            for user in reaction["users"]
            if user != bot
        ]
        if users and not known.get(ts, NOTHING).has(MessagePinned):
            yield ts, users[0], message


def membership_time(shown: ChannelContent, user: str, kinds: Collection[str]) -> datetime | None:
    """Tell when somebody joined or left, from the line Slack wrote about it, or None where there is no such line."""
    lines = [ts for ts, one in shown.messages.items() if one.get("subtype") in kinds and one.get("user") == user]
    return message_time(max(lines, key=Decimal)) if lines else None
