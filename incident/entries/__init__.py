"""Every kind of fact in the record, by kind and version. A new fact is one class in the module of its theme."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from incident.entries import (
    classification,
    closure,
    conversation,
    delivery,
    integrity,
    lifecycle,
    restoration,
    role_holders,
    status_updates,
)
from incident.entry import Fact

_THEMES: Final[tuple[ModuleType, ...]] = (
    lifecycle,
    classification,
    role_holders,
    conversation,
    status_updates,
    restoration,
    closure,
    delivery,
    integrity,
)


def _kinds() -> dict[tuple[str, int], type[Fact]]:
    facts = [
        value
        for theme in _THEMES
        for value in vars(theme).values()
        if isinstance(value, type) and issubclass(value, Fact) and value.__module__ == theme.__name__
    ]
    found = {(fact.kind, fact.version): fact for fact in facts}
    if len(found) != len(facts):
        raise RuntimeError("two facts claim the same kind and version")
    return found


KINDS: Final = _kinds()
