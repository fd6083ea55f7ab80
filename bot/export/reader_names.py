"""Names of people in documents: the directory's name, or the id of a person who is not in it."""

from __future__ import annotations

from collections.abc import Callable

from incident.ports import Person
from roles.person_ids import MUSTER, PersonId, is_claimed, slack_person, slack_user

Names = Callable[[PersonId], str]


def names_from(lookup: Callable[[PersonId], Person | None], team: str) -> Names:
    """Return a function that names a person; each person is looked up once."""
    names: dict[PersonId, str] = {}

    def name(person: PersonId) -> str:
        user = slack_user(person)
        whole = slack_person(team, user) if user else person
        if whole not in names:
            names[whole] = _name(lookup, whole)
        return names[whole]

    return name


def _name(lookup: Callable[[PersonId], Person | None], person: PersonId) -> str:
    if person == MUSTER:
        return "Muster"
    found = lookup(person)
    if found is not None:
        return found.name
    return f"{person} (claimed)" if is_claimed(person) else str(person)
