"""Names of people in documents: the directory's name, or the id of a person who is not in it."""

from __future__ import annotations

from collections.abc import Callable

from bot.rendering.mrkdwn import plain_text
from incident.ports import Person
from roles.person_ids import (
    MUSTER,
    PersonId,
    app_name,
    is_claimed,
    is_external,
    outside_name,
    slack_person,
    slack_user,
    team_of,
)

Names = Callable[[PersonId], str]


class ReaderNames:
    """Names the people of one team; each is looked up once. `shown` has every name that was given, by the whole id."""

    def __init__(self, lookup: Callable[[PersonId], Person | None], team: str) -> None:
        self.shown: dict[PersonId, str] = {}
        self._lookup = lookup
        self._team = team

    def __call__(self, person: PersonId) -> str:
        """Return the name of a person, whose id may lack its team. An account of another workspace is named as external."""
        user = slack_user(person)
        whole = slack_person(team_of(person) or self._team, user) if user else person
        if whole not in self.shown:
            name = _name(self._lookup, whole)
            self.shown[whole] = f"{name} (external)" if is_external(whole, self._team) else name
        return self.shown[whole]


def _name(lookup: Callable[[PersonId], Person | None], person: PersonId) -> str:
    if person == MUSTER:
        return "Muster"
    found = lookup(person)
    if found is not None:
        return f"{found.name} (app)" if found.is_bot else found.name
    outside = outside_name(person)
    if outside is not None:
        return f"{plain_text(outside, str)} (outside Slack)"
    named = app_name(person)
    if named is not None:
        return f"{named} (app)"
    return f"{person} (claimed)" if is_claimed(person) else str(person)
