"""Finds whom a word at the command line means, among those the directory knows. Asks Slack for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from incident.ports import Person
from roles.person_ids import PersonId, slack_user

_BETWEEN: Final = re.compile(r"[\s._-]+")


def finder(everybody: Iterable[Person]) -> Callable[[str], PersonId | None]:
    """Give the function that finds somebody by their Slack id or by a name only one active person has.

    `Ann Low` is found as `@ann.low`, and as `@ann` while there is one Ann.
    """
    called: dict[str, set[PersonId]] = {}
    for person in everybody:
        for word in _words(person):
            called.setdefault(word, set()).add(person.id)

    def find(word: str) -> PersonId | None:
        found = called.get(_flat(word), set())
        return next(iter(found)) if len(found) == 1 else None

    return find


def _words(person: Person) -> Iterator[str]:
    """Give the words that mean somebody; who left is found by id only, so that a refusal can say that they did."""
    user = slack_user(person.id)
    if user:
        yield _flat(user)
    if person.is_active and _flat(person.name):
        yield _flat(person.name)
        yield _flat(person.name).partition(" ")[0]


def _flat(name: str) -> str:
    return _BETWEEN.sub(" ", name.strip().casefold())
