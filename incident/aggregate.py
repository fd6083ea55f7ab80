"""The folded state of one chain, as the machinery of entries, projections and deadlines knows it. Knows no content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from incident.entry import Entry, IncidentKey
from incident.frozen import Frozen


class Aggregate(Frozen):
    """The state of one chain after its entry `n`: an incident, or what belongs to no single incident."""

    key: IncidentKey
    n: int

    @property
    def recorded_until(self) -> datetime | None:
        """When the last folded entry was recorded, by the corrected clock (UTC); None before the first."""
        raise RuntimeError(f"{type(self).__name__} does not say when it was last recorded")


AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)
_Folded = TypeVar("_Folded", bound=Aggregate, covariant=True)


class Foldable(Protocol[_Folded]):
    """One kind of aggregate: its model, and the fold of its entries."""

    @property
    def model(self) -> type[_Folded]:
        """The class of the folded state."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entries that its fold needs; none means all."""

    def fold(self, entries: Iterable[Entry]) -> _Folded:
        """Return the state that these entries make, from the first."""
