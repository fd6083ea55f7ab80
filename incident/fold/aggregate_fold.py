"""The fold of any aggregate: entries of one chain in, its state out. Takes no policy and reads no text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any, Generic, TypeAlias

from incident.aggregate import AnyAggregate
from incident.entries.lifecycle import Undone
from incident.entry import Entry, Fact, IncidentKey
from incident.fold.change import Change
from roles.person_ids import PersonId

Handler: TypeAlias = Callable[[Any, Entry, Any], Change]


class BrokenOrderError(ValueError):
    """An entry does not follow the one before it in its chain."""


class MissingHandlerError(RuntimeError):
    """A fact has no fold handler and is_folded is True, or it has one and is_folded is False."""


def handler_in(modules: Mapping[str, ModuleType], fact: type[Fact]) -> Handler | None:
    """Return the function named like a kind of fact in the module named like the fact's own; None if it changes nothing.

    Raises MissingHandlerError.
    """
    package, _, theme = fact.__module__.partition(".entries.")
    handler: Handler | None = getattr(modules.get(theme), fact.kind, None)
    if (handler is not None) is not fact.is_folded:
        raise MissingHandlerError(
            f"{fact.__name__}: write {fact.kind}() in {package}/fold/{theme}.py, or set is_folded = False; not both"
        )
    return handler


class AggregateFold(ABC, Generic[AnyAggregate]):
    """How the entries of one kind of chain fold. A subclass says what the first entry makes and which facts change it."""

    @property
    @abstractmethod
    def model(self) -> type[AnyAggregate]:
        """The class of the folded state."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entries that the fold needs; none means all."""
        return ()

    @abstractmethod
    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of every kind of fact that changes the state."""

    @abstractmethod
    def first(self, entry: Entry) -> AnyAggregate:
        """Return the state after the first entry. Raises BrokenOrderError if a chain cannot start with it."""

    @abstractmethod
    def apply_next(self, state: AnyAggregate, entry: Entry) -> AnyAggregate:
        """Return the state after an entry that is not the first. Raises BrokenOrderError."""

    def apply(self, state: AnyAggregate | None, entry: Entry) -> AnyAggregate:
        """Return the state after one more entry. Raises BrokenOrderError."""
        return self.first(entry) if state is None else self.apply_next(state, entry)

    def running(self, undone: Collection[int] = ()) -> RunningFold[AnyAggregate]:
        """Return a fold that goes on entry by entry, without the entries that a later one takes back."""
        return RunningFold(self, undone)

    def fold(self, entries: Iterable[Entry]) -> AnyAggregate:
        """Return the state that these entries make, from the first. Raises BrokenOrderError.

        Entries that were taken back change nothing. `apply` cannot know that in advance: after an `Undone` a chain is folded again.
        """
        chain = tuple(entries)
        running = self.running(undone_by(chain))
        for entry in chain:
            running.take(entry)
        if running.state is None:
            raise BrokenOrderError("no entry, no state")
        return running.state


class RunningFold(Generic[AnyAggregate]):
    """The fold of one chain, entry by entry. A fact that changes nothing is passed over without a copy of the state.

    So are the entries that a later one takes back, which are known beforehand.
    """

    def __init__(self, of: AggregateFold[AnyAggregate], undone: Collection[int] = ()) -> None:
        self._of = of
        self._undone = frozenset(undone)
        self._state: AnyAggregate | None = None
        self._handled = of.handlers()
        # The first entry makes an aggregate for which every entry counts.
        self._made_by = 0 if of.kinds else 1

    @property
    def state(self) -> AnyAggregate | None:
        """The state so far; None before the first entry."""
        return self._state

    def apply(self, entry: Entry) -> None:
        """Fold one more entry. Raises BrokenOrderError."""
        if entry.n in self._undone and self._state is not None:
            self._pass_over(entry)
        else:
            self._state = self._of.apply(self.state, entry)

    def take(self, entry: Entry) -> None:
        """Fold one more entry, by the shorter way that there is for its fact. Raises BrokenOrderError."""
        if self._state is None or entry.fact.kind in self._handled:
            self.apply(entry)
        else:
            self._pass_over(entry)

    def passes_over(self, kind: str, n: int) -> bool:
        """True if entry `n`, of this kind, changes no more than numbers, times and activity."""
        return kind not in self._handled and n > self._made_by

    def pass_over(self, kind: str, by: PersonId, *, occurred_at: datetime, recorded_at: datetime) -> None:
        """Fold one more entry whose fact has no handler, as `apply` would. Raises BrokenOrderError."""

    def _pass_over(self, entry: Entry) -> None:
        self.pass_over(entry.fact.kind, entry.by, occurred_at=entry.occurred_at, recorded_at=entry.recorded_at)


def require_chain(entry: Entry, key: IncidentKey, n: int, *, follows: bool) -> None:
    """Raise BrokenOrderError unless an entry is of the chain, and `follows` entry `n` of it."""
    if entry.key != key or not follows:
        raise BrokenOrderError(f"entry {entry.n} of {entry.key} does not follow entry {n} of {key}")


def undone_by(entries: Iterable[Entry]) -> frozenset[int]:
    """Return the numbers of the entries that some of these entries take back."""
    return frozenset(n for entry in entries if isinstance(entry.fact, Undone) for n in entry.fact.entries)
