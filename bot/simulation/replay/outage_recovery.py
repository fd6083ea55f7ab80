"""What was made up for after an outage of a script: from which of its events each entry came, and at which time.

A script counts what happened in an outage at its own times, as if it had been heard; the record has those as the times
at which things occurred, and beside them when Muster heard of them. Changes no record: it only says how a script reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.simulation.replay.scenario import ScriptEvent
from incident.entries.conversation import GapNoted, MessageDeleted, MessagePinned, SourceChanged
from incident.entry import Entry

_MARK = "pushpin"


@dataclass
class OutageRecovery:
    """One outage: its events, from its start to its end. `messages` gives the ts of the script's messages."""

    messages: dict[str, str]
    events: list[ScriptEvent] = field(default_factory=list)

    def sources(self, entries: Sequence[Entry]) -> dict[int, ScriptEvent]:
        """Give the event behind each entry that was made when the outage was over."""
        found: dict[int, ScriptEvent] = {}
        last = self.events[-1]
        for entry in entries:
            follows = isinstance(entry.fact, SourceChanged)
            last = found[entry.n] = last if follows else self._source(entry)
        return found

    def _source(self, entry: Entry) -> ScriptEvent:
        fact, start, end = entry.fact, self.events[0], self.events[-1]
        if isinstance(fact, GapNoted):
            return start if fact.edge == "begins" else end
        if isinstance(fact, MessagePinned):
            return self._of(fact.ts, "reaction") or end
        if isinstance(fact, MessageDeleted):
            return self._of(fact.ts, "delete") or end
        then = [event for event in self.events if event.at == _second(entry.occurred_at)]
        ts = getattr(fact, "ts", None)
        exact = (event for event in then if ts in (self.messages.get(event.id), self.messages.get(event.ref or "")))
        return next(exact, then[0] if then else end)

    def _of(self, ts: str, kind: str) -> ScriptEvent | None:
        """Give the first event of a kind about a message; of reactions, the first mark."""
        about = (e for e in self.events if e.kind == kind and self.messages.get(e.ref or "") == ts)
        return next((e for e in about if e.name in (None, _MARK)), None)


def as_scripted(entry: Entry, event: ScriptEvent | None) -> Entry:
    """Give an entry of an outage as recorded when its event happened, which is how a script counts it."""
    if event is None:
        return entry
    return entry.model_copy(update={"recorded_at": max(event.at, min(entry.occurred_at, entry.recorded_at))})


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
