"""The second door: what was said in an incident channel. It is recorded as it is, once, and judged by nobody.

A message's natural key is (team, channel, ts), an edit's adds when it was edited; so whatever arrives twice, late or
out of order ends in the same record. Knows no Slack payload; the edge makes facts of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Final, TypeAlias

from commands.core.incident_session import IncidentSession
from commands.core.request_handler import outcome_of
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
from incident.entry import EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.frozen import REDACTED, Frozen, Utc, clean
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Recorder, UnitOfWork
from roles.person_ids import PersonId

# By how much Slack's clock may be ahead of ours for a join that was read back to be the one that is told of.
_SKEW: Final = timedelta(seconds=5)
Told: TypeAlias = MessagePosted | MessageEdited | MessageDeleted | Joined | Left | Reacted
_Message: TypeAlias = MessagePosted | MessageEdited | MessageDeleted


class Capture(Frozen):
    """One thing that was said or seen in a channel: who did it, when Slack says it happened, and where from."""

    team: str
    fact: Told
    by: PersonId
    occurred_at: Utc
    source: Source


def capture(said: Capture, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome | None:
    """Record what was said in an incident channel, once; None for any other channel.

    What comes later about a message that was said before an incident, and captured for it, is recorded there too.
    """
    return capture_all([said], recorder=recorder, policy=policy, at=at)[0]


def capture_all(
    many: Sequence[Capture], *, recorder: Recorder, policy: Policy, at: datetime
) -> Sequence[Outcome | None]:
    """Record many things in one transaction; what was posted in a row in one channel is recorded at one go."""

    def work(unit: UnitOfWork) -> Sequence[Outcome | None]:
        came_of: dict[int, Outcome | None] = {}
        # By channel, so that two replicas take the chains of two incidents in the same order.
        for (team, channel), there in groupby(sorted(range(len(many)), key=place), key=place):
            home = unit.find(team, channel=channel)
            for posted, row in groupby(there, key=is_posted):
                numbers = list(row)
                said = [many[n] for n in numbers]
                found = record_row(unit, home, said) if home and posted else [record(unit, home, one) for one in said]
                came_of.update(zip(numbers, found, strict=True))
        return [came_of[n] for n in range(len(many))]

    def place(n: int) -> tuple[str, str]:
        return many[n].team, many[n].fact.channel

    def is_posted(n: int) -> bool:
        return isinstance(many[n].fact, MessagePosted)

    def record_row(unit: UnitOfWork, home: IncidentKey, said: Sequence[Capture]) -> Sequence[Outcome]:
        return _record(said, IncidentSession(unit, home, policy, at))

    def record(unit: UnitOfWork, home: IncidentKey | None, said: Capture) -> Outcome | None:
        """Record it in the incident of its channel and in those that captured its message from before them."""
        keys = dict.fromkeys([*((home,) if home else ()), *_holders(said, unit, home)])
        found = {key: record_row(unit, key, [said])[0] for key in keys}
        return found[home] if home else None

    return recorder.transact(work, first=False)


def capture_into(key: IncidentKey, said: Capture, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome:
    """Record, once, what was said for an incident before it had a channel."""
    return recorder.transact(lambda unit: _record([said], IncidentSession(unit, key, policy, at))[0], first=False)


def _holders(said: Capture, unit: UnitOfWork, home: IncidentKey | None) -> Sequence[IncidentKey]:
    """Name the incidents that captured this message from before them; what is new in a channel's own is in no other."""
    fact = said.fact
    if isinstance(fact, Joined | Left | Reacted) or (isinstance(fact, MessagePosted) and home is not None):
        return ()
    return unit.holders(said.team, fact.channel, fact.ts)


def _record(many: Sequence[Capture], working: IncidentSession) -> list[Outcome]:
    """Record in one incident what is new of it, and say of each what came of it."""
    new = _new(many, working)
    came_of = [outcome_of("capture", working, ()).model_copy(update={"repeated": True})] * len(many)
    if not new:
        return came_of
    working.lapse()
    redacted = _redacted([many[n].fact for n in new], working)
    drafts = {n: [_draft(many[n], fact) for fact in _facts(many[n].fact, redacted, working.incident)] for n in new}
    added = iter(working.act([draft for several in drafts.values() for draft in several]))
    working.settle()
    for n, several in drafts.items():
        came_of[n] = outcome_of("capture", working, tuple(islice(added, len(several))))
    return came_of


def _new(many: Sequence[Capture], working: IncidentSession) -> list[int]:
    """Say which of it is new, in order; what is there twice is new the first time."""
    first = {natural_key(many[n]): n for n in reversed(range(len(many)))}
    claimed = working.unit.claim(working.key, tuple(first))
    return sorted(first[key] for key in claimed if not _is_known_move(many[first[key]], working))


def natural_key(said: Capture) -> str:
    """Name what was said by what Slack will never use again for anything else."""
    fact = said.fact
    if isinstance(fact, MessageEdited):
        return f"edit:{fact.channel}:{fact.ts}:{fact.edited_ts}"
    if isinstance(fact, MessagePosted | MessageDeleted):
        return f"{fact.kind}:{fact.channel}:{fact.ts}"
    place = fact.ts if isinstance(fact, Reacted) else fact.channel
    return f"{fact.kind}:{place}:{said.by}:{said.source.event or said.occurred_at.isoformat()}"


def _is_known_move(said: Capture, working: IncidentSession) -> bool:
    """Tell whether a join or leave is known under another key: Slack's event names it, a reading back of who is there not.

    An event may come after the reading back that saw what it tells of, and a reading back end after the event came. What
    was read before somebody moved again is of no use any more.
    """
    fact = said.fact
    if not isinstance(fact, Joined | Left):
        return False
    moves = working.unit.unmasked().entries(working.key, kinds=(Joined.kind, Left.kind))
    last = next((e for e in reversed(moves) if isinstance(e.fact, Joined | Left) and e.fact.who == fact.who), None)
    if last is None:
        return False
    is_same = last.fact.kind == fact.kind
    if said.source.surface is EntryPoint.HISTORY:
        return is_same or last.occurred_at > said.occurred_at
    return is_same and last.source.surface is EntryPoint.HISTORY and said.occurred_at <= last.recorded_at + _SKEW


def _draft(said: Capture, fact: Fact) -> NewEntry:
    return NewEntry(fact=fact, by=said.by, occurred_at=said.occurred_at, source=said.source)


def _redacted(facts: Sequence[Told], working: IncidentSession) -> frozenset[str]:
    """Name by their ts those of some messages of one channel whose words were taken out before they came here."""
    told = [fact for fact in facts if isinstance(fact, _Message)]
    if not told:
        return frozenset()
    about = working.unit.unmasked().message(working.key, told[0].channel, *(fact.ts for fact in told))
    return frozenset(entry.fact.ts for entry in about if isinstance(entry.fact, Redacted))


def _facts(fact: Told, redacted: frozenset[str], incident: Incident | None) -> Sequence[Fact]:
    """Give the fact with clean words, and a correction of each timeline entry that the message had become."""
    if isinstance(fact, Joined | Left | Reacted):
        return (fact,)
    kept = _wordless(fact) if fact.ts in redacted else _cleaned(fact)
    if isinstance(fact, MessagePosted) or incident is None:
        return (kept,)
    marks = [mark for mark in incident.promotions if mark.place == (fact.channel, fact.ts)]
    change = "edited" if isinstance(fact, MessageEdited) else "deleted"
    return (kept, *(SourceChanged.model_validate({"corrects": mark.n, "change": change}) for mark in marks))


def _words(fact: _Message) -> dict[str, str]:
    named = {name: getattr(fact, name, None) for name in ("text", "previous", "files")}
    return {name: value for name, value in named.items() if value is not None}


def _cleaned(fact: _Message) -> _Message:
    return fact.model_copy(update={name: clean(value) for name, value in _words(fact).items()})


def _wordless(fact: _Message) -> _Message:
    """Leave out the words of a message that was redacted: a later edit or deletion must not bring them back."""
    return fact.model_copy(update=dict.fromkeys(_words(fact), REDACTED))
