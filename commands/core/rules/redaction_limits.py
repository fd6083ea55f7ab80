"""What a redaction cannot reach, by place, for the answer of the person who redacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commands.core.verb import DecisionContext
from incident.entries.conversation import MessageDeleted, Redacted
from incident.entries.delivery import ChannelMade, Exported
from incident.entry import Entry
from incident.record import masked_view
from incident.record.masked_view import Subject
from incident.record.message_history import MESSAGES, place_of


@dataclass(frozen=True)
class RemainingMessage:
    """A message in Slack that holds the words, unless it is deleted there."""

    channel: str
    ts: str
    is_deleted: bool


@dataclass(frozen=True)
class RedactionLimits:
    """What a redaction cannot reach: people's messages in Slack, other incidents that hold the message, earlier exports.

    `renames` says that the name of the channel was made from the text and is changed.
    """

    messages: tuple[RemainingMessage, ...]
    renames: bool
    elsewhere: tuple[str, ...]
    exports: tuple[Entry, ...]


def redaction_limits(now: DecisionContext, subject: Subject) -> RedactionLimits:
    """Return what holds the words of a message or an entry still, before its redaction or after it."""
    entries = now.reader.unmasked().entries(now.open.key)
    facts = (entry.fact for entry in reversed(entries) if isinstance(entry.fact, Redacted))
    done = next((fact for fact in facts if masked_view.subject_of(fact) == subject), None)
    named = frozenset(done.entries if done else masked_view.quoting(entries, subject))
    removed = [entry for entry in entries if entry.n in named]
    first = min(named, default=0)
    return RedactionLimits(
        messages=_messages(entries, removed, subject),
        renames=any(isinstance(entry.fact, ChannelMade) for entry in removed),
        elsewhere=_elsewhere(now, subject),
        exports=tuple(e for e in entries if isinstance(e.fact, Exported) and e.fact.upto >= first),
    )


def _messages(entries: Sequence[Entry], removed: Sequence[Entry], subject: Subject) -> tuple[RemainingMessage, ...]:
    """Return the messages in Slack whose words were removed, each once, the named one first."""
    places = {place for entry in removed if isinstance(entry.fact, MESSAGES) and (place := place_of(entry.fact))}
    places |= set() if isinstance(subject, int) else {subject}
    deleted = {place_of(entry.fact) for entry in entries if isinstance(entry.fact, MessageDeleted)}
    in_order = sorted(places, key=lambda place: (place != subject, place[1]))
    return tuple(RemainingMessage(*place, is_deleted=place in deleted) for place in in_order)


def _elsewhere(now: DecisionContext, subject: Subject) -> tuple[str, ...]:
    """Return the numbers of other incidents that hold the message."""
    if isinstance(subject, int):
        return ()
    others = (key for key in now.reader.holders(now.team, *subject) if key != now.open.key)
    return tuple(found.number for key in others if (found := now.reader.peek(key)) is not None)
