"""The members of the workspace and their policy groups, in memory. Only `refresh` calls Slack, never a listener.

An unknown user counts as a full member: Slack let them in, and an incident must not wait for the list of members.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http.client import HTTPException
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.client.cursor_pages import next_cursor, pages
from bot.slack.payload import Json
from commands.core.request import RESPONDER, Actor
from incident.policy import Policy
from incident.ports import Person
from roles.person_ids import PersonId, slack_person
from storage.errors import Unavailable

PAGE: Final = 500
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,}")
_log = logging.getLogger(__name__)


class UserDirectory:
    """Members, and the user groups that the policy names. `keep` stores changed members in the database."""

    def __init__(self, team: str, keep: Callable[[Sequence[Person]], object], *, page: int = PAGE) -> None:
        self.team = team
        self._store_people = keep
        self._members: dict[str, Person] = {}
        self._unstored: dict[str, Person] = {}
        self._names_of: dict[str, frozenset[str]] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._cursor = ""
        self._page = page

    def person(self, user: str) -> Person | None:
        """Return the member with this Slack id, or None."""
        return self._members.get(user)

    def find(self, word: str) -> PersonId | None:
        """Return the person with this Slack id, or with this name if only one active member has it.

        An id that is not in the directory counts only while the directory is empty.
        """
        if _USER.fullmatch(word) and (word in self._members or not self._members):
            return slack_person(self.team, word)
        name = word.strip().lower()
        found = [user for user, names in self._names_of.items() if name in names and self._members[user].is_active]
        return slack_person(self.team, found[0]) if len(found) == 1 else None

    def time_zone(self, user: str) -> str:
        """Return the time zone of a user, UTC while it is unknown."""
        known = self._members.get(user)
        return known.zone if known else "UTC"

    def actor(self, user: str, policy: Policy) -> Actor:
        """Return a Slack user as an actor, with the policy groups that they belong to."""
        return Actor(id=slack_person(self.team, user), groups=self.groups_of(user, policy))

    def groups_of(self, user: str, policy: Policy) -> frozenset[str]:
        """Return a user's policy groups; every full member is a responder while the policy names none."""
        found = {name for name, members in policy.groups.items() if self._is_among(user, members)}
        if RESPONDER not in policy.groups and self._is_full_member(user):
            found.add(RESPONDER)
        return frozenset(found)

    def update(self, *members: Json) -> None:
        """Update members from Slack's payloads, and store those that changed."""
        found = {member["id"]: read_member(self.team, member) for member in members}
        new = {user: person for user, person in found.items() if self._members.get(user) != person}
        self._members.update(new)
        self._names_of.update({member["id"]: frozenset(name.lower() for name in _names(member)) for member in members})
        self._unstored.update(new)
        if self._unstored:
            self._store()

    def _store(self) -> None:
        """Store changed members; while the database is absent they are stored with the next change."""
        try:
            self._store_people(tuple(self._unstored.values()))
        except Unavailable:
            _log.warning("the database is absent; %d people are stored later", len(self._unstored))
        else:
            self._unstored = {}

    def set_group(self, group: str, users: Iterable[str]) -> None:
        """Set the members of a user group."""
        self._groups[group] = frozenset(users)

    def change_group(self, group: str, added: Iterable[str], removed: Iterable[str]) -> None:
        """Add users to a user group, and remove others."""
        self._groups[group] = (self._groups.get(group, frozenset()) | set(added)) - set(removed)

    def refresh(self, client: WebClient, policy: Policy) -> None:
        """Refresh all members and the policy's user groups from Slack; after an error the old list stays.

        A list that an error cut short is continued at its cursor with the next refresh.
        """
        try:
            for page in pages(partial(client.users_list, limit=self._page), self._cursor):
                self.update(*page["members"])
                self._cursor = next_cursor(page)
            for group in sorted({m for members in policy.groups.values() for m in members if m.startswith("S")}):
                self.set_group(group, client.usergroups_users_list(usergroup=group)["users"])
        except (SlackApiError, OSError, HTTPException) as failed:
            _log.warning("the list of members was not refreshed: %s", failed)

    def _is_among(self, user: str, members: tuple[str, ...]) -> bool:
        return user in members or any(user in self._groups.get(member, ()) for member in members)

    def _is_full_member(self, user: str) -> bool:
        known = self._members.get(user)
        return known is None or not (known.is_bot or known.is_guest or not known.is_active)


def read_member(team: str, member: Json) -> Person:
    """Return the person in a member payload."""
    profile: Json = member.get("profile") or {}
    return Person(
        id=slack_person(team, member["id"]),
        name=next(iter(_names(member)), member["id"]),
        zone=member.get("tz") or "UTC",
        title=profile.get("title") or "",
        is_bot=bool(member.get("is_bot")) or member["id"] == "USLACKBOT",
        is_guest=bool(member.get("is_restricted") or member.get("is_ultra_restricted")),
        is_active=not member.get("deleted", False),
    )


def _names(member: Json) -> list[str]:
    """Return the names of a member: the full name first, because a record is read years later; the handle last."""
    profile: Json = member.get("profile") or {}
    names = (profile.get("real_name"), member.get("real_name"), profile.get("display_name"), member.get("name"))
    return [name for name in names if name]
