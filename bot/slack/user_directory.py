"""Who is in the workspace and in which groups of the policy, from memory. Only `refresh` asks Slack, never a listener.

Somebody it does not know yet counts as a full member: Slack let them in, and an incident must not wait for a list.
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
from commands.core.request import Actor
from incident.policy import Policy
from incident.ports import Person
from roles.person_ids import PersonId, slack_person
from storage.errors import Unavailable

RESPONDER: Final = "responder"
PAGE: Final = 500
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,}")
_log = logging.getLogger(__name__)


class UserDirectory:
    """The workspace's members and the user groups the policy names. `keep` notes each change in the directory."""

    def __init__(self, team: str, keep: Callable[[Sequence[Person]], object], *, page: int = PAGE) -> None:
        self.team = team
        self._keep = keep
        self._known: dict[str, Person] = {}
        self._unkept: dict[str, Person] = {}
        self._called: dict[str, frozenset[str]] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._cursor = ""
        self._page = page

    def person(self, user: str) -> Person | None:
        """Give what is known of somebody, or None."""
        return self._known.get(user)

    def find(self, word: str) -> PersonId | None:
        """Find somebody by their Slack id, or by a name that only one of the active members has.

        An id is taken on trust only while nobody at all is known yet.
        """
        if _USER.fullmatch(word) and (word in self._known or not self._known):
            return slack_person(self.team, word)
        wanted = word.strip().lower()
        found = [user for user, names in self._called.items() if wanted in names and self._known[user].is_active]
        return slack_person(self.team, found[0]) if len(found) == 1 else None

    def time_zone(self, user: str) -> str:
        """Give the time zone of somebody, UTC while it is not known."""
        known = self._known.get(user)
        return known.zone if known else "UTC"

    def actor(self, user: str, policy: Policy) -> Actor:
        """Return a Slack user as an actor, with the policy groups that they belong to."""
        return Actor(id=slack_person(self.team, user), groups=self.groups_of(user, policy))

    def groups_of(self, user: str, policy: Policy) -> frozenset[str]:
        """Name the policy's groups somebody is in; every full member responds while the policy names no responders."""
        found = {name for name, members in policy.groups.items() if self._is_among(user, members)}
        if RESPONDER not in policy.groups and self._is_full_member(user):
            found.add(RESPONDER)
        return frozenset(found)

    def update(self, *members: Json) -> None:
        """Take what Slack says of members, and keep what differs from what was known."""
        found = {member["id"]: read_member(self.team, member) for member in members}
        new = {user: person for user, person in found.items() if self._known.get(user) != person}
        self._known.update(new)
        self._called.update({member["id"]: frozenset(name.lower() for name in _names(member)) for member in members})
        self._unkept.update(new)
        if self._unkept:
            self._keep_all()

    def _keep_all(self) -> None:
        """Note in the directory what is new; while the database is absent it waits for the next time."""
        try:
            self._keep(tuple(self._unkept.values()))
        except Unavailable:
            _log.warning("the directory is absent; %d people are noted there later", len(self._unkept))
        else:
            self._unkept = {}

    def set_group(self, group: str, users: Iterable[str]) -> None:
        """Take who is in a user group."""
        self._groups[group] = frozenset(users)

    def change_group(self, group: str, added: Iterable[str], removed: Iterable[str]) -> None:
        """Take who joined and who left a user group."""
        self._groups[group] = (self._groups.get(group, frozenset()) | set(added)) - set(removed)

    def refresh(self, client: WebClient, policy: Policy) -> None:
        """Ask Slack for everybody and for the user groups of the policy; what cannot be had stays as it was.

        A list that Slack cut short, as it does with very long ones, goes on at the next refresh where it ended.
        """
        try:
            for page in pages(partial(client.users_list, limit=self._page), self._cursor):
                self.update(*page["members"])
                self._cursor = next_cursor(page)
            for group in sorted({m for members in policy.groups.values() for m in members if m.startswith("S")}):
                self.set_group(group, client.usergroups_users_list(usergroup=group)["users"])
        except (SlackApiError, OSError, HTTPException) as failed:
            _log.warning("the list of people is as it was: %s", failed)

    def _is_among(self, user: str, members: tuple[str, ...]) -> bool:
        return user in members or any(user in self._groups.get(member, ()) for member in members)

    def _is_full_member(self, user: str) -> bool:
        known = self._known.get(user)
        return known is None or not (known.is_bot or known.is_guest or not known.is_active)


def read_member(team: str, member: Json) -> Person:
    """Read what Slack shows of a member."""
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
    """Give what somebody is called: the full name first, which a record is read by years later, the handle last."""
    profile: Json = member.get("profile") or {}
    names = (profile.get("real_name"), member.get("real_name"), profile.get("display_name"), member.get("name"))
    return [name for name in names if name]
