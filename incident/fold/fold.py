"""The fold: entries in, the incident out. Takes no policy and reads no text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Final

from incident.entries import KINDS, THEMES
from incident.entries.lifecycle import Declared, Undone
from incident.entry import Entry, Fact, IncidentKey
from incident.fold import lifecycle
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.slack_references import LastActivity
from roles.person_ids import MUSTER, PersonId

Handler = Callable[[Incident, Entry, Any], Change]

_THEMES: Final = {theme: import_module(f"incident.fold.{theme}") for theme in THEMES}

# Backfilled facts show when a person was active, not when Muster recorded it.
_DATED_BY_SLACK: Final = frozenset({"message_posted", "message_edited", "message_deleted", "reacted", "joined", "left"})


class BrokenOrderError(ValueError):
    """An entry does not follow the one before it in its chain."""


def apply(incident: Incident | None, entry: Entry) -> Incident:
    """Return the incident after one more entry; the first declares it. Raises BrokenOrderError."""
    if incident is None:
        return _begin(entry)
    _require_next(entry, incident.key, incident.n)
    entry = _timed(incident, entry)
    handler = handlers().get(entry.fact.kind)
    change = handler(incident, entry, entry.fact) if handler else {}
    change["n"] = entry.n
    change.setdefault("last_entry_at", max(entry.recorded_at, incident.last_entry_at))
    change["last_seen"] = _seen(change.get("last_seen", incident.last_seen), entry)
    return incident.model_copy(update=change)


def _require_next(entry: Entry, key: IncidentKey, n: int) -> None:
    if entry.key != key or entry.n != n + 1:
        raise BrokenOrderError(f"entry {entry.n} of {entry.key} does not follow entry {n} of {key}")


class MissingHandlerError(RuntimeError):
    """A fact has no fold handler and is_folded is True, or it has one and is_folded is False."""


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
    theme = fact.__module__.rpartition(".")[2]
    handler: Handler | None = getattr(_THEMES.get(theme), fact.kind, None)
    if (handler is not None) is not fact.is_folded:
        raise MissingHandlerError(
            f"{fact.__name__}: write {fact.kind}() in incident/fold/{theme}.py, or set is_folded = False; not both"
        )
    return handler


class RunningFold:
    """The fold of one chain, entry by entry. A fact that changes nothing is passed over without a copy of the incident.

    So are the entries that a later one takes back, which are known beforehand.
    """

    def __init__(self, undone: Collection[int] = ()) -> None:
        self._undone = frozenset(undone)
        self._incident: Incident | None = None
        self._n = 0
        self._last_entry_at: datetime | None = None
        self._seen: dict[PersonId, datetime] = {}

    def apply(self, entry: Entry) -> None:
        """Fold one more entry. Raises BrokenOrderError."""
        if entry.n in self._undone and self._incident is not None:
            self._pass_over(entry)
            return
        self._incident = apply(self.incident, entry)
        self._n, self._last_entry_at = self._incident.n, self._incident.last_entry_at
        self._seen = {known.who: known.at for known in self._incident.last_seen}

    def take(self, entry: Entry) -> None:
        """Fold one more entry, by the shorter way that there is for its fact. Raises BrokenOrderError."""
        if self._incident is None or entry.fact.kind in handlers():
            self.apply(entry)
        else:
            self._pass_over(entry)

    def _pass_over(self, entry: Entry) -> None:
        if self._incident is not None:
            _require_next(entry, self._incident.key, self._n)
        self.pass_over(entry.fact.kind, entry.by, occurred_at=entry.occurred_at, recorded_at=entry.recorded_at)

    def pass_over(self, kind: str, by: PersonId, *, occurred_at: datetime, recorded_at: datetime) -> None:
        """Fold one more entry whose fact has no handler, as `apply` would. Raises BrokenOrderError."""
        if self._incident is None or self._last_entry_at is None:
            raise BrokenOrderError(f"an incident starts with its declaration, not with {kind} as entry 1")
        self._n += 1
        set_back_from = self._incident.clock_set_back_from
        recorded_at = _corrected(set_back_from, occurred_at, recorded_at, self._last_entry_at)
        self._last_entry_at = max(recorded_at, self._last_entry_at)
        if by != MUSTER:
            at = occurred_at if kind in _DATED_BY_SLACK else recorded_at
            self._seen[by] = max(at, self._seen.get(by, at))

    @property
    def incident(self) -> Incident | None:
        """The incident so far; None before the first entry."""
        if self._incident is not None and self._incident.n != self._n:
            seen = tuple(LastActivity(who=who, at=at) for who, at in self._seen.items())
            passed = {"n": self._n, "last_entry_at": self._last_entry_at, "last_seen": seen}
            self._incident = self._incident.model_copy(update=passed)
        return self._incident


def undone_by(entries: Iterable[Entry]) -> frozenset[int]:
    """Return the numbers of the entries that some of these entries take back."""
    return frozenset(n for entry in entries if isinstance(entry.fact, Undone) for n in entry.fact.entries)


def fold(entries: Iterable[Entry]) -> Incident:
    """Return the incident that these entries make, from the first. Raises BrokenOrderError.

    Entries that were taken back change nothing. `apply` cannot know that in advance: after an `Undone` a chain is folded again.
    """
    chain = tuple(entries)
    running = RunningFold(undone_by(chain))
    for entry in chain:
        running.take(entry)
    if running.incident is None:
        raise BrokenOrderError("no entry, no incident")
    return running.incident


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


def _begin(entry: Entry) -> Incident:
    if not isinstance(entry.fact, Declared) or entry.n != 1:
        raise BrokenOrderError(
            f"an incident starts with its declaration, not with {entry.fact.kind} as entry {entry.n}"
        )
    return lifecycle.declared(entry, entry.fact).model_copy(update={"last_seen": _seen((), entry)})


def _seen(seen: tuple[LastActivity, ...], entry: Entry) -> tuple[LastActivity, ...]:
    who: PersonId = entry.by
    if who == MUSTER:
        return seen
    at = entry.occurred_at if entry.fact.kind in _DATED_BY_SLACK else entry.recorded_at
    for place, known in enumerate(seen):
        if known.who == who:
            return (*seen[:place], LastActivity(who=who, at=max(at, known.at)), *seen[place + 1 :])
    return (*seen, LastActivity(who=who, at=at))
