"""Every kind of fact in the record, by kind and version. A new fact is one class in the module of its theme."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import walk_packages
from typing import Final

from incident.entry import Fact

THEMES: Final = tuple(
    sorted(module.name.removeprefix(f"{__name__}.") for module in walk_packages(__path__, f"{__name__}."))
)
"""The modules of facts, also those in sub-folders; incident/fold/ has one of the same name for each that changes an incident."""


def kinds_in(package: str, themes: Sequence[str]) -> dict[tuple[str, int], type[Fact]]:
    """Return the facts that the modules of a package define, by kind and version."""
    facts = [
        value
        for theme in (import_module(f"{package}.{name}") for name in themes)
        for value in vars(theme).values()
        if isinstance(value, type) and issubclass(value, Fact) and value.__module__ == theme.__name__
    ]
    found = {(fact.kind, fact.version): fact for fact in facts}
    if len(found) != len(facts):
        raise RuntimeError("two facts claim the same kind and version")
    return found


KINDS: Final = kinds_in(__name__, THEMES)
TIMELINE_KINDS: Final = tuple(sorted({fact.kind for fact in KINDS.values() if fact.timeline}))
"""The kinds of facts that the timeline shows."""
