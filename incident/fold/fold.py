"""The fold of an incident: its entries in, the incident out. Takes no policy and reads no text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Final

from incident.entries import KINDS, THEMES
from incident.entries.lifecycle import Declared
from incident.entry import Entry, Fact
from incident.fold import lifecycle
from incident.fold.aggregate_fold import (
    AggregateFold,
    BrokenOrderError,
    Handler,
    RunningFold,
    handler_in,
    require_chain,
)
from incident.model.incident import Incident
from incident.model.slack_references import LastActivity
from roles.person_ids import MUSTER, PersonId

_THEMES: Final = {theme: import_module(f"incident.fold.{theme}") for theme in THEMES}

# Backfilled facts show when a person was active, not when Muster recorded it.
_DATED_BY_SLACK: Final = frozenset({"message_posted", "message_edited", "message_deleted", "reacted", "joined", "left"})


class IncidentFold(AggregateFold[Incident]):
    """The fold of an incident: the first entry declares it, and every entry counts."""

    @property
    def model(self) -> type[Incident]:
        """The class of the folded incident."""
        return Incident

    def handlers(self) -> Mapping[str, Handler]:
        """Return the fold handler of every kind of fact that changes an incident."""
        return handlers()

    def first(self, entry: Entry) -> Incident:
        """Return the incident that its first entry declares."""
        if not isinstance(entry.fact, Declared) or entry.n != 1:
            raise _no_declaration(entry.fact.kind, entry.n)
        return lifecycle.declared(entry, entry.fact).model_copy(update={"last_seen": _seen((), entry)})

    def apply_next(self, state: Incident, entry: Entry) -> Incident:
        """Return the incident after one more entry."""
        require_chain(entry, state.key, state.n, follows=entry.n == state.n + 1)
        entry = _timed(state, entry)
        handler = handlers().get(entry.fact.kind)
        change = handler(state, entry, entry.fact) if handler else {}
        change["n"] = entry.n
        change.setdefault("last_entry_at", max(entry.recorded_at, state.last_entry_at))
        change["last_seen"] = _seen(change.get("last_seen", state.last_seen), entry)
        return state.model_copy(update=change)

    def running(self, undone: Collection[int] = ()) -> RunningIncidentFold:
        """Return a fold that goes on entry by entry."""
        return RunningIncidentFold(undone)


INCIDENT: Final = IncidentFold()


def apply(incident: Incident | None, entry: Entry) -> Incident:
    """Return the incident after one more entry; the first declares it. Raises BrokenOrderError."""
    return INCIDENT.apply(incident, entry)


def fold(entries: Iterable[Entry]) -> Incident:
    """Return the incident that these entries make, from the first. Raises BrokenOrderError."""
    return INCIDENT.fold(entries)


@cache
def handlers() -> dict[str, Handler]:
    """Return the fold handler of every kind of fact that changes an incident.

    The handler is the function named like the kind, in the module of incident/fold/ named like the fact's own. The
    declaration has none: it creates the incident.
    """
    facts = {fact.kind: fact for fact in KINDS.values() if fact is not Declared}
    return {kind: handler for kind, fact in facts.items() if (handler := handler_of(fact)) is not None}


def handler_of(fact: type[Fact]) -> Handler | None:
    """Return the fold handler of one kind of fact, None for one that changes nothing. Raises MissingHandlerError."""
    return handler_in(_THEMES, fact)


class RunningIncidentFold(RunningFold[Incident]):
    """The fold of one incident. Numbers, times and activity of the entries that are passed over are put in at the end."""

    def __init__(self, undone: Collection[int] = ()) -> None:
        super().__init__(INCIDENT, undone)
        self._n = 0
        self._last_entry_at: datetime | None = None
        self._last_active: dict[PersonId, datetime] = {}

    def apply(self, entry: Entry) -> None:
        """Fold one more entry. Raises BrokenOrderError."""
        super().apply(entry)
        if entry.n in self._undone and entry.n > 1:
            return
        incident = self._state
        if incident is not None:
            self._n, self._last_entry_at = incident.n, incident.last_entry_at
            self._last_active = {known.who: known.at for known in incident.last_seen}

    def _pass_over(self, entry: Entry) -> None:
        if self._state is not None:
            require_chain(entry, self._state.key, self._n, follows=entry.n == self._n + 1)
        super()._pass_over(entry)

    def pass_over(self, kind: str, by: PersonId, *, occurred_at: datetime, recorded_at: datetime) -> None:
        """Fold one more entry whose fact has no handler, as `apply` would. Raises BrokenOrderError."""
        state, last_entry_at = self._state, self._last_entry_at
        if state is None or last_entry_at is None:
            raise _no_declaration(kind, 1)
        self._n += 1
        if state.clock_set_back_from is not None:
            recorded_at = _corrected(state.clock_set_back_from, occurred_at, recorded_at, last_entry_at)
        if recorded_at > last_entry_at:
            self._last_entry_at = recorded_at
        if by != MUSTER:
            at = occurred_at if kind in _DATED_BY_SLACK else recorded_at
            known = self._last_active.get(by)
            if known is None or at > known:
                self._last_active[by] = at

    @property
    def state(self) -> Incident | None:
        """The incident so far; None before the first entry."""
        if self._state is not None and self._state.n != self._n:
            seen = tuple(LastActivity(who=who, at=at) for who, at in self._last_active.items())
            passed = {"n": self._n, "last_entry_at": self._last_entry_at, "last_seen": seen}
            self._state = self._state.model_copy(update=passed)
        return self._state


def _no_declaration(kind: str, n: int) -> BrokenOrderError:
    return BrokenOrderError(f"an incident starts with its declaration, not with {kind} as entry {n}")


def _timed(incident: Incident, entry: Entry) -> Entry:
    """Return the entry with the time at which it was recorded by the corrected clock."""
    at = _corrected(incident.clock_set_back_from, entry.occurred_at, entry.recorded_at, incident.last_entry_at)
    return entry if at == entry.recorded_at else entry.model_copy(update={"recorded_at": at})


def _corrected(
    set_back_from: datetime | None, occurred_at: datetime, recorded_at: datetime, last_entry_at: datetime
) -> datetime:
    """Return when an entry was recorded by the corrected clock, see `ClockSetBack`."""
    if set_back_from is None or recorded_at > set_back_from:
        return recorded_at
    return max(occurred_at, last_entry_at)


def _seen(seen: tuple[LastActivity, ...], entry: Entry) -> tuple[LastActivity, ...]:
    who: PersonId = entry.by
    if who == MUSTER:
        return seen
    at = entry.occurred_at if entry.fact.kind in _DATED_BY_SLACK else entry.recorded_at
    for place, known in enumerate(seen):
        if known.who == who:
            return (*seen[:place], LastActivity(who=who, at=max(at, known.at)), *seen[place + 1 :])
    return (*seen, LastActivity(who=who, at=at))
