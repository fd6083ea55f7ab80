"""Finds the verbs: every module of `commands` that holds one. Knows their words; knows nothing of what they decide."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType

import commands
from commands.core.verb import Verb


def verbs() -> tuple[type[Verb], ...]:
    """Give every verb, in alphabetical order of its name."""
    return tuple(sorted(set(words().values()), key=lambda verb: verb.name))


def find(word: str) -> type[Verb] | None:
    """Find the verb that a word names, by its name or one of its aliases, in any case."""
    return words().get(word.strip().lower())


def nearest(word: str) -> str | None:
    """Name the verb word closest to one that names none, or None when nothing is close."""
    close = get_close_matches(word.strip().lower()[:40], list(words()), n=1, cutoff=0.6)
    return close[0] if close else None


@cache
def words() -> Mapping[str, type[Verb]]:
    """Give every word that names a verb. The modules are looked through once, at the first question."""
    return MappingProxyType(claim(v for module in _modules() for v in verbs_of(module)))


def claim(found: Iterable[type[Verb]]) -> dict[str, type[Verb]]:
    """Give each word to its verb; two verbs that claim one word are an error."""
    claimed: dict[str, type[Verb]] = {}
    for verb in found:
        for word in (verb.name, *verb.aliases):
            other = claimed.setdefault(word, verb)
            if other is not verb:
                raise ValueError(f"the word {word!r} is claimed by both {other.__name__} and {verb.__name__}")
    return claimed


def verbs_of(module: ModuleType) -> list[type[Verb]]:
    """Give the verbs that a module defines; what it merely imports, and bases without a name, are left out."""
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
