"""Which earlier entry the last one of its kind takes the place of, as the answer to its verb says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from commands.core.verb import DecisionContext
from incident.entry import Fact

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Replaced(Generic[F]):
    """An earlier entry about the same, and its fact."""

    n: int
    fact: F


def replaced(now: DecisionContext, kind: type[F], is_same: Callable[[F], bool] = lambda _: True) -> Replaced[F] | None:
    """Return the entry before the last one about the same that was not taken back; None for the first."""
    entries = now.reader.entries(now.open.key, kinds=(kind.kind,))
    left = (one for one in entries if one.n not in now.open.undone)
    found = [Replaced(one.n, one.fact) for one in left if isinstance(one.fact, kind) and is_same(one.fact)]
    return found[-2] if len(found) > 1 else None
