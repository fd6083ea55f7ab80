"""Who is on call: an on-call list of a policy, as people in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterable

from roles.person_ids import PersonId, person_named


def on_call(team: str, members: Iterable[str]) -> tuple[PersonId, ...]:
    """Return who is on call, in the order in which they are asked; the first is asked first.

    User groups and names that are no id of a person are left out: a page goes to a person, not to a crowd.
    """
    people = (person_named(team, member) for member in members)
    return tuple(dict.fromkeys(person for person in people if person is not None))
