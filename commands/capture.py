"""The second door: what was said in an incident channel. It is recorded as it is, once, and judged by nobody.

A message's natural key is (team, channel, ts), an edit's adds when it was edited; so whatever arrives twice, late or
out of order ends in the same record. Knows no Slack payload; the edge makes facts of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from commands.attempt import outcome_of
from commands.working import Working
from incident.entries.said import (
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reacted,
    Redacted,
    SourceChanged,
)
from incident.entry import Draft, Fact, Source, Surface
from incident.frozen import REDACTED, Frozen, Utc, clean
from incident.policy import Policy
from incident.ports import Outcome, Recorder, UnitOfWork
from roles.people import PersonId

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
    """Record what was said in an incident channel, once; None for any other channel."""

    def work(unit: UnitOfWork) -> Outcome | None:
        key = unit.find(said.team, channel=said.fact.channel)
        if key is None:
            return None
        working = Working(unit, key, policy, at)
        if not unit.seen_message(key, natural_key(said)) or _was_read_back(said, working):
            return outcome_of("capture", working, ()).model_copy(update={"repeated": True})
        working.lapse()
        added = working.act([_draft(said, fact) for fact in _facts(said, working)])
        working.settle()
        return outcome_of("capture", working, added)

    return recorder.transact(work, first=False)


def natural_key(said: Capture) -> str:
    """Name what was said by what Slack will never use again for anything else."""
    fact = said.fact
    if isinstance(fact, MessageEdited):
        return f"edit:{fact.channel}:{fact.ts}:{fact.edited_ts}"
    if isinstance(fact, MessagePosted | MessageDeleted):
        return f"{fact.kind}:{fact.channel}:{fact.ts}"
    place = fact.ts if isinstance(fact, Reacted) else fact.channel
    return f"{fact.kind}:{place}:{said.by}:{said.source.event or said.occurred_at.isoformat()}"


def _was_read_back(said: Capture, working: Working) -> bool:
    """Tell whether a join or leave comes late and was read back already, under no key of Slack's, from who is there."""
    fact = said.fact
    if not isinstance(fact, Joined | Left):
        return False
    moves = working.unit.entries(working.key, kinds=(Joined.kind, Left.kind))
    last = next((e for e in reversed(moves) if isinstance(e.fact, Joined | Left) and e.fact.who == fact.who), None)
    if last is None or last.source.surface is not Surface.HISTORY or said.occurred_at > last.recorded_at:
        return False
    return last.fact.kind == fact.kind


def _draft(said: Capture, fact: Fact) -> Draft:
    return Draft(fact=fact, by=said.by, occurred_at=said.occurred_at, source=said.source)


def _facts(said: Capture, working: Working) -> Sequence[Fact]:
    """Give the fact with clean words, and a correction of each timeline entry that the message had become."""
    fact = said.fact
    if isinstance(fact, Joined | Left | Reacted):
        return (fact,)
    entries = working.unit.message(working.key, fact.channel, fact.ts)
    is_redacted = any(isinstance(entry.fact, Redacted) for entry in entries)
    kept = _wordless(fact) if is_redacted else _cleaned(fact)
    if isinstance(fact, MessagePosted) or working.incident is None:
        return (kept,)
    marks = [mark for mark in working.incident.promotions if (mark.channel, mark.ts) == (fact.channel, fact.ts)]
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
