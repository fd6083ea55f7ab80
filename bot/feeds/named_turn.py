"""A turn as a feed gives it, with a name for the person, and the person of our workspace whom the name means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.ports import Person
from roles.person_ids import PersonId, slack_user

# The media whose addresses are e-mail addresses.
_MAILED = (Medium.EMAIL, Medium.JSM)


@dataclass(frozen=True)
class NamedTurn:
    """A period (UTC) of one person. `names` are what may name them, the surest first: an e-mail address, a name, a user id."""

    start: datetime
    end: datetime
    names: tuple[str, ...]
    layer: int = 1


def name_finder(
    people: Iterable[Person], methods: Mapping[PersonId, Sequence[ContactMethod]]
) -> Callable[[Sequence[str]], PersonId | None]:
    """Return the function that finds the person whom the first of some names means that means anyone.

    A name that two people have means neither.
    """
    known: dict[str, set[PersonId]] = {}
    for person in people:
        if person.is_active and not (person.is_bot or person.is_guest) and slack_user(person.id) is not None:
            mails = (one.address for one in methods.get(person.id, ()) if one.medium in _MAILED)
            for name in (person.name, slack_user(person.id) or "", *mails):
                known.setdefault(_plain(name), set()).add(person.id)
    found = {name: next(iter(ids)) for name, ids in known.items() if name and len(ids) == 1}
    return lambda names: next((found[_plain(name)] for name in names if _plain(name) in found), None)


def _plain(name: str) -> str:
    return " ".join(name.split()).removeprefix("@").casefold()
