"""The levels of an escalation policy: whom to page, in order, and who is left after one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from roles.person_ids import PersonId, person_named


def levels(team: str, members: Iterable[str]) -> tuple[PersonId, ...]:
    """Return the person of each level, in order; a level that names no person is skipped."""
    people = (person_named(team, member) for member in members)
    return tuple(person for person in people if person is not None)


def levels_left(people: Iterable[PersonId], tried: Collection[PersonId]) -> tuple[PersonId, ...]:
    """Return who can still be paged, in order and each once: no one is paged twice for one escalation."""
    return tuple(dict.fromkeys(person for person in people if person not in tried))


def levels_after(people: Sequence[PersonId], person: PersonId) -> tuple[PersonId, ...]:
    """Return the levels below a person's own, or all of them for a person who is on none."""
    return tuple(people[people.index(person) + 1 :] if person in people else people)
