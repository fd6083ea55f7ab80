"""The verbs, found in the modules of `commands`, by name and alias. Knows nothing of what they decide."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType

import commands
from commands.core.verb import Verb


def verbs() -> tuple[type[Verb], ...]:
    """Return every verb, sorted by name."""
    return tuple(sorted(set(words().values()), key=lambda verb: verb.name))


def find(word: str) -> type[Verb] | None:
    """Return the verb with this name or alias, in any case; None if there is none."""
    return words().get(" ".join(word.lower().split()))


@cache
def words() -> Mapping[str, type[Verb]]:
    """Return every name and alias with its verb. The modules are imported once, at the first call."""
    return MappingProxyType(claim(v for module in _modules() for v in verbs_of(module)))


def claim(found: Iterable[type[Verb]]) -> dict[str, type[Verb]]:
    """Map each name and alias to its verb. Raises ValueError when two verbs have one in common."""
    claimed: dict[str, type[Verb]] = {}
    for verb in found:
        for word in (verb.name, *verb.aliases):
            other = claimed.setdefault(word, verb)
            if other is not verb:
                raise ValueError(f"the word {word!r} is claimed by both {other.__name__} and {verb.__name__}")
    return claimed


def verbs_of(module: ModuleType) -> list[type[Verb]]:
    """Return the verbs that a module defines, without those that it imports and bases without a name."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Verb)
        and value.__module__ == module.__name__
        and "name" in vars(value)
    ]


def _modules() -> list[ModuleType]:
    found = pkgutil.iter_modules(commands.__path__)
    return [import_module(f"{commands.__name__}.{module.name}") for module in found if not module.ispkg]
