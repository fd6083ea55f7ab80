"""The entry point `capture`: messages, edits, deletions, joins, leaves and changes of a channel, recorded as they are, once.

The natural key of a message is (team, channel, ts); that of an edit adds the time of the edit. Events that arrive twice,
late or out of order therefore end in the same record. Knows no Slack payload: an adapter makes facts of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Final, TypeAlias

from commands.core.pre_declaration_scope import following
from commands.core.request_handler import outcome_of
from commands.core.sessions.incident_session import IncidentSession
from incident.entries.conversation import (
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reacted,
    Redacted,
    SourceChanged,
)
from incident.entries.delivery import ChannelChanged
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.frozen import REDACTED, Frozen, Utc, clean
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Recorder, UnitOfWork
from incident.record.message_history import MESSAGES
from roles.person_ids import PersonId

# How far Slack's clock may be ahead of ours when an event and a backfilled member list are about the same join.
_SKEW: Final = timedelta(seconds=5)
CapturedFact: TypeAlias = MessagePosted | MessageEdited | MessageDeleted | Joined | Left | Reacted | ChannelChanged
_Message: TypeAlias = MessagePosted | MessageEdited | MessageDeleted


class Capture(Frozen):
    """One event of a channel: the fact, the person, the time that Slack gives it, and the source."""

    team: str
    fact: CapturedFact
    by: PersonId
    occurred_at: Utc
    source: Source


def capture(one: Capture, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome | None:
    """Record one event in the incident of its channel, once; None when the channel is no incident's.

    Changes of a message that was captured from before a declaration are recorded in that incident too.
    """
    return capture_all([one], recorder=recorder, policy=policy, at=at)[0]


def capture_all(
    many: Sequence[Capture], *, recorder: Recorder, policy: Policy, at: datetime
) -> Sequence[Outcome | None]:
    """Record events in one transaction; outcomes are in the order of `many`.

    Messages in a row are recorded at once, and so are the joins and leaves of different people.
    """

    def work(unit: UnitOfWork) -> Sequence[Outcome | None]:
        outcomes: dict[int, Outcome | None] = {}
        for (team, channel), numbers in _by_channel(many):
            home = unit.find(team, channel=channel)
            for _, group in groupby(numbers, key=lambda n: _together(many[n].fact)):
                row = list(group)
                captures = [many[n] for n in row]
                if home and _is_row(captures):
                    recorded: Sequence[Outcome | None] = _record(captures, session_of(unit, home))
                else:
                    recorded = [record_one(unit, home, one) for one in captures]
                outcomes.update(zip(row, recorded, strict=True))
        return [outcomes[n] for n in range(len(many))]

    def session_of(unit: UnitOfWork, key: IncidentKey) -> IncidentSession:
        return IncidentSession(unit, key, policy, at)

    def record_one(unit: UnitOfWork, home: IncidentKey | None, one: Capture) -> Outcome | None:
        """Record an event in the incident of its channel, and in those that hold its message from before them."""
        keys = dict.fromkeys([*((home,) if home else ()), *_holders(one, unit, home)])
        recorded = {key: _record([one], session_of(unit, key))[0] for key in keys}
        return recorded[home] if home else None

    return recorder.transact(work, first=False)


def capture_into(key: IncidentKey, one: Capture, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome:
    """Record, once, an event from before the incident had a channel."""
    return recorder.transact(lambda unit: _record([one], IncidentSession(unit, key, policy, at))[0], first=False)


def natural_key(one: Capture) -> str:
    """Return the key under which an event is recorded once, made of what Slack never uses again."""
    fact = one.fact
    if isinstance(fact, MessageEdited):
        return f"edit:{fact.channel}:{fact.ts}:{fact.edited_ts}"
    if isinstance(fact, MessagePosted | MessageDeleted):
        return f"{fact.kind}:{fact.channel}:{fact.ts}"
    place = fact.ts if isinstance(fact, Reacted) else fact.channel
    return f"{fact.kind}:{place}:{one.by}:{one.source.event or one.occurred_at.isoformat()}"


def _together(fact: CapturedFact) -> str | None:
    """Return a mark that is the same for events which may be recorded in one row."""
    if isinstance(fact, Joined | Left):
        return "moves"
    return "posts" if isinstance(fact, MessagePosted) else None


def _is_row(captures: Sequence[Capture]) -> bool:
    """True if none of these events depends on another: messages, or moves of different people."""
    if _together(captures[0].fact) != "moves":
        return isinstance(captures[0].fact, MessagePosted)
    return len({one.fact.who for one in captures if isinstance(one.fact, Joined | Left)}) == len(captures)


def _by_channel(many: Sequence[Capture]) -> Sequence[tuple[tuple[str, str], list[int]]]:
    """Group positions by team and channel, sorted, so that two replicas lock the chains of two incidents in one order."""
    found: dict[tuple[str, str], list[int]] = {}
    for n, one in enumerate(many):
        found.setdefault((one.team, one.fact.channel), []).append(n)
    return sorted(found.items())


def _holders(one: Capture, unit: UnitOfWork, home: IncidentKey | None) -> Sequence[IncidentKey]:
    """Return the incidents that hold this message from before them. A new message in an incident channel has none."""
    fact = one.fact
    if not isinstance(fact, _Message) or (isinstance(fact, MessagePosted) and home is not None):
        return ()
    return following(unit, one.team, fact.channel, fact.ts)


def _record(many: Sequence[Capture], session: IncidentSession) -> list[Outcome]:
    """Record in one incident the events that are new to it. Return the outcome of each; repeated ones say so."""
    many = [_as_recorded(one, session.incident) for one in many]
    new = _new(many, session)
    outcomes = [outcome_of("capture", session, ()).model_copy(update={"repeated": True})] * len(many)
    if not new:
        return outcomes
    session.record_overdue()
    redacted = _redacted([many[n].fact for n in new], session)
    entries = {n: [_entry(many[n], fact) for fact in _facts(many[n].fact, redacted, session.incident)] for n in new}
    added = iter(session.apply([entry for several in entries.values() for entry in several]))
    session.flush()
    for n, several in entries.items():
        outcomes[n] = outcome_of("capture", session, tuple(islice(added, len(several))))
    return outcomes


def _as_recorded(one: Capture, incident: Incident | None) -> Capture:
    """Return the event of a message under the channel's first id, so that Slack can change the id and no message is new."""
    fact = one.fact
    if incident is None or not incident.places.former or not isinstance(fact, _Message | Reacted):
        return one
    channel = incident.places.recorded_as(fact.channel)
    return one.model_copy(update={"fact": fact.model_copy(update={"channel": channel})})


def _new(many: Sequence[Capture], session: IncidentSession) -> list[int]:
    """Return the positions of new events, in order; of two with one key the first is new."""
    first = {natural_key(many[n]): n for n in reversed(range(len(many)))}
    claimed = session.unit.claim(session.key, tuple(first))
    moves = _Moves(session)
    found = (first[key] for key in claimed)
    return sorted(n for n in found if not _is_known_move(many[n], moves) and not _is_known_name(many[n], session))


class _Moves:
    """The last join or leave of each person in an incident, read once and only when it is needed."""

    def __init__(self, session: IncidentSession) -> None:
        self._session = session
        self._last: dict[PersonId, Entry] | None = None

    def members(self) -> Sequence[PersonId]:
        """Return who is in the channel."""
        return self._session.incident.members if self._session.incident else ()

    def last(self, who: PersonId) -> Entry | None:
        """Return the last move of a person, or None."""
        if self._last is None:
            found = self._session.unit.unmasked().entries(self._session.key, kinds=(Joined.kind, Left.kind))
            self._last = {entry.fact.who: entry for entry in found if isinstance(entry.fact, Joined | Left)}
        return self._last.get(who)


def _is_known_move(one: Capture, moves: _Moves) -> bool:
    """True if this join or leave is recorded under another key: events carry an id, backfilled membership does not.

    An event may arrive after the backfill that saw its effect, and a backfill may end after the event arrived. Backfilled
    membership is outdated when the person has moved since.
    """
    fact = one.fact
    if not isinstance(fact, Joined | Left):
        return False
    is_event = one.source.surface is not EntryPoint.HISTORY
    if is_event and isinstance(fact, Joined) is not (fact.who in moves.members()):
        return False  # It changes who is in the channel, so that the last move was another.
    last = moves.last(fact.who)
    if last is None:
        return False
    is_same = last.fact.kind == fact.kind
    if not is_event:
        return is_same or last.occurred_at > one.occurred_at
    return is_same and last.source.surface is EntryPoint.HISTORY and one.occurred_at <= last.recorded_at + _SKEW


def _is_known_name(one: Capture, session: IncidentSession) -> bool:
    """True if this is the event of a name that is on the record, as after Muster itself has renamed the channel."""
    known = session.incident.places.channel_name if session.incident else None
    return isinstance(one.fact, ChannelChanged) and one.fact.how == "renamed" and one.fact.name == known


def _entry(one: Capture, fact: Fact) -> NewEntry:
    return NewEntry(fact=fact, by=one.by, occurred_at=one.occurred_at, source=one.source)


def _redacted(facts: Sequence[CapturedFact], session: IncidentSession) -> frozenset[str]:
    """Return the ts of those messages, all of one channel, that were redacted before these events arrived."""
    messages = [fact for fact in facts if isinstance(fact, _Message)]
    if not messages:
        return frozenset()
    about = session.unit.unmasked().message(session.key, messages[0].channel, *(fact.ts for fact in messages))
    redacted = (e.fact for e in about if isinstance(e.fact, Redacted) or (e.redacted and isinstance(e.fact, MESSAGES)))
    return frozenset(ts for fact in redacted if (ts := fact.ts) is not None)


def _facts(fact: CapturedFact, redacted: frozenset[str], incident: Incident | None) -> Sequence[Fact]:
    """Return the fact with clean text, and a correction of each timeline entry that was made of the message."""
    if not isinstance(fact, _Message):
        return (fact,)
    stored = _textless(fact) if fact.ts in redacted else _cleaned(fact)
    if isinstance(fact, MessagePosted) or incident is None:
        return (stored,)
    marks = [mark for mark in incident.promotions if mark.place == (fact.channel, fact.ts)]
    change = "edited" if isinstance(fact, MessageEdited) else "deleted"
    return (stored, *(SourceChanged.model_validate({"corrects": mark.n, "change": change}) for mark in marks))


def _texts(fact: _Message) -> dict[str, str]:
    named = {name: getattr(fact, name, None) for name in ("text", "previous", "files")}
    return {name: value for name, value in named.items() if value is not None}


def _cleaned(fact: _Message) -> _Message:
    return fact.model_copy(update={name: clean(value) for name, value in _texts(fact).items()})


def _textless(fact: _Message) -> _Message:
    """Remove the text of a redacted message: a later edit or deletion must not bring it back."""
    return fact.model_copy(update=dict.fromkeys(_texts(fact), REDACTED))
