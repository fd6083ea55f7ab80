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
    service_name,
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
        whole = self._whole(person)
        if whole not in self.shown:
            name = self._known(whole) or _unknown(whole)
            self.shown[whole] = f"{name} (external)" if is_external(whole, self._team) else name
        return self.shown[whole]

    def known(self, person: PersonId) -> str | None:
        """Return the name of a person as above, None for one whom the directory does not know."""
        return self(person) if self._known(self._whole(person)) else None

    def _whole(self, person: PersonId) -> PersonId:
        user = slack_user(person)
        return slack_person(team_of(person) or self._team, user) if user else person

    def _known(self, person: PersonId) -> str | None:
        if person == MUSTER:
            return "Muster"
        found = self._lookup(person)
        if found is None:
            return None
        return f"{found.name} (app)" if found.is_bot else found.name


def _unknown(person: PersonId) -> str:
    outside = outside_name(person)
    if outside is not None:
        return f"{plain_text(outside, str)} (outside Slack)"
    named = app_name(person) or service_name(person)
    if named is not None:
        return f"{named} (app)"
    return f"{person} (claimed)" if is_claimed(person) else str(person)
