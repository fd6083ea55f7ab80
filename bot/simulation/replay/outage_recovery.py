"""Entries recorded after an outage: the scenario event behind each, and the time the scenario expects.

A scenario counts the events of an outage at their own times; the record has the time of occurrence and the time of
recording. Changes no record.
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
    """One outage with its events from start to end. `messages` maps event ids to the ts of their messages."""

    messages: dict[str, str]
    events: list[ScriptEvent] = field(default_factory=list)

    def sources(self, entries: Sequence[Entry]) -> dict[int, ScriptEvent]:
        """Return the event behind each entry that was recorded after the outage."""
        found: dict[int, ScriptEvent] = {}
        last = self.events[-1]
        for entry in entries:
            is_follow_up = isinstance(entry.fact, SourceChanged)
            last = found[entry.n] = last if is_follow_up else self._source(entry)
        return found

    def _source(self, entry: Entry) -> ScriptEvent:
        fact, start, end = entry.fact, self.events[0], self.events[-1]
        if isinstance(fact, GapNoted):
            return start if fact.edge == "begins" else end
        if isinstance(fact, MessagePinned):
            return self._first_event(fact.ts, "reaction") or end
        if isinstance(fact, MessageDeleted):
            return self._first_event(fact.ts, "delete") or end
        simultaneous = [event for event in self.events if event.at == _second(entry.occurred_at)]
        ts = getattr(fact, "ts", None)
        matching = (
            event for event in simultaneous if ts in (self.messages.get(event.id), self.messages.get(event.ref or ""))
        )
        return next(matching, simultaneous[0] if simultaneous else end)

    def _first_event(self, ts: str, kind: str) -> ScriptEvent | None:
        """Return the first event of a kind about a message; of reactions, the first pushpin."""
        related = (e for e in self.events if e.kind == kind and self.messages.get(e.ref or "") == ts)
        return next((e for e in related if e.name in (None, _MARK)), None)


def as_scripted(entry: Entry, event: ScriptEvent | None) -> Entry:
    """Return the entry as if recorded when its event happened, as the scenario counts it."""
    if event is None:
        return entry
    return entry.model_copy(update={"recorded_at": max(event.at, min(entry.occurred_at, entry.recorded_at))})


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
