"""Messages that read like decisions and are on no timeline: by a role holder, with a word that the policy lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commands.core.rules.updates.update_warnings import says
from commands.core.verb import DecisionContext
from incident.entries.conversation import (
    ActionOpened,
    CandidatePassed,
    DecisionMade,
    Masked,
    MaskLifted,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    Redacted,
)
from incident.entry import Entry
from incident.model.incident import Incident
from incident.record.message_history import text_now
from incident.record.message_time import posted_at
from roles.person_ids import PersonId

# What says of a message that it needs no one's look: it is on the timeline, gone, hidden, or was looked at.
_SETTLING: Final = (MessagePinned, DecisionMade, ActionOpened, CandidatePassed, MessageDeleted, Redacted)
_READ: Final = (MessagePosted, MessageEdited, *_SETTLING, Masked, MaskLifted)
_KINDS: Final = tuple(fact.kind for fact in _READ)


@dataclass(frozen=True)
class Candidate:
    """A message that may be a decision: where it is in Slack, who wrote it when (UTC), and its text as it reads now."""

    channel: str
    ts: str
    author: PersonId
    at: datetime
    text: str


def candidates(now: DecisionContext) -> tuple[Candidate, ...]:
    """Return the messages that may be decisions, oldest first. A masked text is read as masked, so it is none."""
    histories: dict[tuple[str, str], list[Entry]] = {}
    for entry in now.reader.entries(now.open.key, kinds=_KINDS):
        place = (getattr(entry.fact, "channel", None), getattr(entry.fact, "ts", None))
        if place[0] and place[1]:
            histories.setdefault((place[0], place[1]), []).append(entry)
    found = (_candidate(now, place, history) for place, history in histories.items())
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.at))


def _candidate(now: DecisionContext, place: tuple[str, str], history: Sequence[Entry]) -> Candidate | None:
    posted = next((entry.fact for entry in history if isinstance(entry.fact, MessagePosted)), None)
    at, text = posted_at(place[1]), text_now(history) or ""
    if posted is None or at is None or _is_settled(history, now.open) or not held_role(now.open, posted.author, at):
        return None
    if not _reads_like_a_decision(text, now.policy.scribe.decision_words):
        return None
    return Candidate(*place, author=posted.author, at=at, text=text)


def _is_settled(history: Iterable[Entry], incident: Incident) -> bool:
    return any(isinstance(entry.fact, _SETTLING) and entry.n not in incident.undone for entry in history)


def _reads_like_a_decision(text: str, words: Iterable[str]) -> bool:
    return any(says(text, word) for word in words)


def held_role(incident: Incident, who: PersonId, at: datetime) -> bool:
    """True if a person held a role at a time (UTC), or holds one now: who takes a role often spoke before."""
    return any(one.who == who and (one.until is None or one.since <= at < one.until) for one in incident.roles)
