"""What the record holds of a message, from its entries in any order. Knows no timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from incident.entries import conversation
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePinned, MessagePosted
from incident.entries.lifecycle import Declared
from incident.entries.outside.evidence_items import FileSecured
from incident.entry import Entry, Fact
from incident.policy import MOST_BEFORE_MINUTES
from roles.person_ids import PersonId

# Messages of the minutes before a declaration are captured, and a declaration is recorded later after an outage.
HELD_AFTER: Final = timedelta(minutes=MOST_BEFORE_MINUTES) + timedelta(days=1)

# Facts that hold a message itself; the other facts are about one.
MESSAGES: Final = (MessagePosted, MessageEdited, MessageDeleted, MessagePinned)
MESSAGE_KINDS: Final = tuple(fact.kind for fact in MESSAGES)
_ABOUT: Final = (
    *MESSAGES,
    FileSecured,
    conversation.PinRemoved,
    conversation.DecisionMade,
    conversation.ActionOpened,
    conversation.Redacted,
    conversation.Masked,
    conversation.MaskLifted,
)


def place_of(fact: Fact) -> tuple[str, str] | None:
    """Return the message that a fact is about, by channel and ts; None when it is about none."""
    names = _place_names(type(fact))
    if names is None:
        return None
    channel, ts = getattr(fact, names[0]), getattr(fact, names[1])
    return None if channel is None or ts is None else (channel, ts)


@cache
def _place_names(kind: type[Fact]) -> tuple[str, str] | None:
    """Return the fields that name the message of a fact of this kind; every entry that is checked or shown is asked."""
    if issubclass(kind, Declared):
        return "from_channel", "from_message"
    return ("channel", "ts") if issubclass(kind, _ABOUT) else None


def text_now(entries: Sequence[Entry]) -> str | None:
    """Return the current text of a message: its latest edit, else its first text, else what a deletion or pin kept."""
    facts = [entry.fact for entry in entries]
    edits = [fact for fact in facts if isinstance(fact, MessageEdited)]
    if edits:
        return max(edits, key=lambda edit: Decimal(edit.edited_ts)).text
    posted = next((fact.text for fact in facts if isinstance(fact, MessagePosted)), None)
    deleted = next((fact.previous for fact in facts if isinstance(fact, MessageDeleted)), None)
    pinned = next((fact.text for fact in facts if isinstance(fact, MessagePinned)), None)
    return next((text for text in (posted, deleted, pinned) if text is not None), None)


def files_now(entries: Sequence[Entry]) -> str | None:
    """Return the names of the files of a message after its latest edit, or None when it has none."""
    held = [entry.fact for entry in entries if isinstance(entry.fact, MessagePosted | MessageEdited)]
    return max(held, key=_changed_at).files if held else None


def _changed_at(fact: MessagePosted | MessageEdited) -> Decimal:
    return Decimal(fact.edited_ts if isinstance(fact, MessageEdited) else fact.ts)


def author(entries: Sequence[Entry]) -> PersonId | None:
    """Return who wrote a message, or None when no entry says so."""
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, MessagePosted | MessagePinned | MessageEdited):
            return fact.author
        if isinstance(fact, MessageDeleted) and fact.author:
            return fact.author
    return None


def is_message(entries: Sequence[Entry]) -> bool:
    """True if the entries hold a message, and not only facts about one."""
    return any(isinstance(entry.fact, MESSAGES) for entry in entries)
