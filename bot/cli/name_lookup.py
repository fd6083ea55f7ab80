"""Finds the person whom a word on the command line names, in the directory. Knows no Slack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from incident.ports import Person
from roles.person_ids import PersonId, slack_user

_SEPARATORS: Final = re.compile(r"[\s._-]+")


def name_finder(people: Iterable[Person]) -> Callable[[str], PersonId | None]:
    """Return a function that finds a person by Slack id, or by a name that only one active person has.

    `Ann Low` is found as `@ann.low`, and as `@ann` while there is one Ann.
    """
    by_name: dict[str, set[PersonId]] = {}
    for person in people:
        for name in _names(person):
            by_name.setdefault(name, set()).add(person.id)

    def find(word: str) -> PersonId | None:
        found = by_name.get(_normalized(word), set())
        return next(iter(found)) if len(found) == 1 else None

    return find


def _names(person: Person) -> Iterator[str]:
    """Yield a person's names. A deactivated person is found by id only, so that the refusal can say so."""
    user = slack_user(person.id)
    if user:
        yield _normalized(user)
    if person.is_active and _normalized(person.name):
        yield _normalized(person.name)
        yield _normalized(person.name).partition(" ")[0]


def _normalized(name: str) -> str:
    return _SEPARATORS.sub(" ", name.strip().casefold())
