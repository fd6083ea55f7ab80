"""The history of a channel in Slack, compared with the record. Records nothing.

Pages of results are read within the rate limit and kept by the job, so that a postponed job goes on where it stopped.
Slack shows the present: not the text before an edit, nor the time of a deletion or a reaction. What Slack does not show
stays open and is never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bot.slack.capture.message_words import words_of
from bot.slack.client.cursor_pages import next_cursor
from bot.slack.client.web_api import SlackClient, SlackError
from bot.slack.payload import Json
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePinned, MessagePosted
from incident.entry import Entry
from incident.frozen import REDACTED, clean
from incident.record.message_history import MESSAGES, author, text_now
from incident.record.message_time import message_time
from roles.person_ids import PersonId

MOST_BACK: Final = 1000
_PAGE: Final = 200
_RECENT: Final = timedelta(hours=1)
_TOMBSTONE: Final = "tombstone"
_PIN_EMOJI: Final = "pushpin"


@dataclass
class PageReader:
    """The results of one paginated call so far, and the cursor of the next page; None after the last one."""

    items: list[Any] = field(default_factory=list)
    cursor: str | None = ""


@dataclass
class HistoryWindow:
    """The part of a channel's history that is read, from `oldest` to `latest`.

    Everything since `since` is read, and before it until there are `MOST_BACK` messages. `most` is a limit of messages,
    `most_threads` of threads whose replies are read. `is_whole` is False if a limit cut the history.
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
        """Return all results of a paginated call, resumed where it stopped; `name` distinguishes calls of one method."""
        pages = self.pages.setdefault(f"{method}:{name}", PageReader())
        key = "members" if method == "conversations.members" else "messages"
        if pages.cursor is None:
            return pages.items
        for page in slack.pages(method, cursor=pages.cursor, channel=self.channel, limit=_PAGE, **arguments):
            pages.items += page[key]
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
    """The entries about one message."""

    entries: tuple[Entry, ...]

    def has(self, kind: type[MessagePosted | MessageEdited | MessageDeleted | MessagePinned]) -> bool:
        """True if there is a fact of that kind about the message."""
        return any(isinstance(entry.fact, kind) for entry in self.entries)

    @property
    def is_recorded(self) -> bool:
        """True if its text, present or former, is recorded."""
        return self.has(MessagePosted) or self.has(MessageEdited)

    @property
    def is_live(self) -> bool:
        """True if it is recorded and not deleted."""
        return self.is_recorded and not self.has(MessageDeleted)

    @property
    def thread(self) -> str | None:
        """The parent of the thread it is a reply in, or None."""
        facts = (entry.fact for entry in self.entries)
        heads = (fact.thread_ts for fact in facts if isinstance(fact, MessagePosted | MessageEdited))
        return next((head for head in heads if head), None)

    @property
    def text(self) -> str | None:
        """Its present text."""
        return text_now(self.entries)

    @property
    def author(self) -> PersonId | None:
        """Its author."""
        return author(self.entries)

    def is_older_than(self, edited_ts: str) -> bool:
        """True if no edit at or after this time is recorded."""
        edits = [Decimal(e.fact.edited_ts) for e in self.entries if isinstance(e.fact, MessageEdited)]
        return max(edits, default=Decimal(0)) < Decimal(edited_ts)


NOTHING: Final = RecordedMessages(())


def recorded_messages(entries: Sequence[Entry], channel: str) -> dict[str, RecordedMessages]:
    """Group the entries about a channel's messages by the message's timestamp."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, MESSAGES) and fact.channel == channel:
            found.setdefault(fact.ts, []).append(entry)
    return {ts: RecordedMessages(tuple(about)) for ts, about in found.items()}


@dataclass(frozen=True)
class ChannelContent:
    """What Slack shows: messages by timestamp, the threads that were read whole, and the time from which all was read.

    A deleted parent of a thread is still shown, with the subtype `tombstone`.
    """

    messages: dict[str, Json]
    threads: frozenset[str]
    complete_since: datetime


def read_channel(slack: SlackClient, window: HistoryWindow, known: dict[str, RecordedMessages]) -> ChannelContent:
    """Read a channel, and those of its threads in which something may have changed."""
    between = {"oldest": f"{window.oldest.timestamp():.6f}", "latest": f"{window.latest.timestamp():.6f}"}
    heads = window.read(slack, "conversations.history", "", **between)
    threads = frozenset(sorted(_threads(window, heads, known), reverse=True)[: window.most_threads])
    read = {head: _replies(slack, window, head) for head in sorted(threads)}
    replies = [one for several in read.values() for one in several or ()]
    heads = [one for one in heads if read.get(one["ts"], ()) is not None]
    until = [one for one in (*heads, *replies) if message_time(one["ts"]) <= window.latest]
    complete_since = window.oldest if window.is_whole or not heads else message_time(heads[-1]["ts"])
    return ChannelContent({str(one["ts"]): one for one in until}, threads, complete_since)


def _replies(slack: SlackClient, window: HistoryWindow, head: str) -> list[Json] | None:
    """Return the replies of a thread; None if it was deleted with its parent after the channel was read."""
    try:
        return window.read(slack, "conversations.replies", head, ts=head)
    except SlackError as error:
        if error.error != "thread_not_found":
            raise
        return None


def _threads(window: HistoryWindow, heads: Sequence[Json], known: dict[str, RecordedMessages]) -> Iterator[str]:
    """Yield the threads with recent replies, and those with fewer replies than are recorded."""
    recent = window.since - _RECENT
    replies = Counter(one.thread for one in known.values() if one.is_live and one.thread)
    for head in heads:
        latest = head.get("latest_reply")
        # Without a count it is no thread, or its last reply was deleted.
        if (latest and message_time(latest) > recent) or head.get("reply_count", 0) < replies[head["ts"]]:
            yield str(head["ts"])
    shown = {head["ts"] for head in heads}
    older_threads = {
        one.thread for ts, one in known.items() if one.is_live and one.thread and message_time(ts) > recent - _RECENT
    }
    yield from (head for head in older_threads - shown if head and message_time(head) < window.oldest)


def missed_events(
    shown: ChannelContent, known: dict[str, RecordedMessages], bot: str, latest: datetime
) -> Iterator[tuple[Decimal, Json]]:
    """Yield the events that were missed, as Slack would have sent them, with the timestamp of each.

    A message that was missed and edited since is yielded as its edit alone, since Slack does not show the first text. An
    app may change its message without a mark: that edit is dated `latest`, when it was found.
    """
    found = f"{latest.timestamp():.6f}"
    for ts, message in shown.messages.items():
        about, edited = known.get(ts, NOTHING), (message.get("edited") or {}).get("ts")
        if message.get("user") == bot or message.get("subtype") == _TOMBSTONE or about.has(MessageDeleted):
            continue
        if not edited:
            if not about.is_recorded:
                yield Decimal(ts), {"type": "message", **message, "event_ts": ts}
            elif message.get("bot_id") and about.text not in (REDACTED, clean(words_of(message))):
                yield Decimal(found), _edit(message, found, about)
        elif about.is_older_than(edited) and not (about.is_recorded and about.text == clean(words_of(message))):
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
    """Yield recorded messages that Slack no longer shows, and tombstones whose deletion is not recorded."""
    for ts, message in shown.messages.items():
        if message.get("subtype") == _TOMBSTONE and not known.get(ts, NOTHING).has(MessageDeleted):
            yield ts
    for ts, about in known.items():
        if about.is_live and ts not in shown.messages and _was_read(ts, about, shown, latest):
            yield ts


def _was_read(ts: str, about: RecordedMessages, shown: ChannelContent, latest: datetime) -> bool:
    """True if a message would have been shown if it still existed."""
    if message_time(ts) > latest:
        return False
    head = about.thread
    if head is None:
        return message_time(ts) > shown.complete_since
    # A thread whose parent is gone without a tombstone has no replies left.
    return head in shown.threads or (message_time(head) > shown.complete_since and head not in shown.messages)


def pinned_messages(
    shown: ChannelContent, known: dict[str, RecordedMessages], bot: str
) -> Iterator[tuple[str, str, Json]]:
    """Yield messages that people pinned, by a 📌 or by Slack's own pin, and that are not in the timeline; and who did first."""
    for ts, message in sorted(shown.messages.items()):
        users = [
            user
            for reaction in message.get("reactions") or ()
            if reaction["name"] == _PIN_EMOJI
            for user in reaction["users"]
        ]
        users.append((message.get("pinned_info") or {}).get("pinned_by"))
        people = [user for user in users if user and user != bot]
        if people and message.get("user") != bot and not known.get(ts, NOTHING).has(MessagePinned):
            yield ts, people[0], message


def membership_time(shown: ChannelContent, user: str, kinds: Collection[str]) -> datetime | None:
    """Return when a user joined or left, by Slack's notice of it; None without a notice."""
    lines = [ts for ts, one in shown.messages.items() if one.get("subtype") in kinds and one.get("user") == user]
    return message_time(max(lines, key=Decimal)) if lines else None
