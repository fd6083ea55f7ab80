"""How entries of old versions are read. Stored bytes are never rewritten: an old shape becomes the present one here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from pydantic import JsonValue

from incident.entries import KINDS
from incident.entry import Fact, join


class StoredEntry(NamedTuple):
    """A fact as it was stored; `words` is None when they were redacted."""

    kind: str
    version: int
    facts: dict[str, JsonValue]
    words: dict[str, JsonValue] | None


class UnknownKindError(ValueError):
    """An entry is of a kind or version that this Muster does not know."""


# (kind, version) to the step that gives the next version. A kind stands here once it has had a second version.
UpcastSteps = Mapping[tuple[str, int], Callable[[StoredEntry], StoredEntry]]
STEPS: Final[UpcastSteps] = {}


def read(stored: StoredEntry, steps: UpcastSteps = STEPS) -> Fact:
    """Read a stored fact in its present shape."""
    while (step := steps.get((stored.kind, stored.version))) is not None:
        stored = step(stored)
    kind = KINDS.get((stored.kind, stored.version))
    if kind is None:
        raise UnknownKindError(f"no entry of kind {stored.kind} and version {stored.version} is known")
    return join(kind, stored.facts, stored.words)
