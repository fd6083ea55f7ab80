"""The accounts that Slack has named, of which kind each is, and their policy groups, in memory.

`refresh` asks Slack for all members. An account that is in no list, as one of another workspace in a shared channel, is
asked for when it first acts; until Slack says who it is, it is unknown and may do nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from http.client import HTTPException
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.client.account_lookup import AccountLookup
from bot.slack.client.cursor_pages import next_cursor, pages
from bot.slack.payload import Json
from commands.core.request import RESPONDER, Actor
from incident.policy import Policy
from incident.ports import Person
from roles.accounts import Account, refusal_to_act
from roles.person_ids import MUSTER, PersonId, is_external, slack_person, slack_user
from storage.errors import Unavailable

PAGE: Final = 500
# The workspace of a stranger for whom Slack names none.
NO_TEAM: Final = "T0"
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,}")
_log = logging.getLogger(__name__)


class UserDirectory:
    """Members, and the user groups that the policy names. `keep` stores changed members in the database.

    `client` asks for single accounts; it must be quick, since a person waits. Without one they stay unknown.
    """

    def __init__(
        self,
        team: str,
        keep: Callable[[Sequence[Person]], object],
        *,
        page: int = PAGE,
        client: WebClient | None = None,
    ) -> None:
        self.team = team
        self._lookup = AccountLookup(client)
        self._store_people = keep
        self._members: dict[str, Person] = {}
        self._unstored: dict[str, Person] = {}
        self._names_of: dict[str, frozenset[str]] = {}
        self._users_named: dict[str, frozenset[str]] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._cursor = ""
        self._page = page

    def person(self, user: str) -> Person | None:
        """Return the member with this Slack id, or None."""
        return self._members.get(user)

    def name(self, person: PersonId) -> str | None:
        """Return the name of a person, None for one whom Slack has not named; other workspaces' people are external."""
        known = self._members.get(slack_user(person) or "")
        if known is None:
            return "Muster" if person == MUSTER else None
        return f"{known.name} (external)" if is_external(known.id, self.team) else known.name

    def account(self, user: str, teams: Collection[str] = ()) -> Account:
        """Return the kind of an account; `teams` are the workspaces that a payload names for it."""
        if any(team != self.team for team in teams):
            return Account.EXTERNAL
        known = self._members.get(user) or self.look_up(user)
        if known is None:
            return Account.EXTERNAL if self._lookup.is_stranger(user) else Account.UNKNOWN
        return account_of(known, self.team)

    def look_up(self, user: str) -> Person | None:
        """Ask Slack for an account that no list has named, and remember it; None without an answer, and for a stranger."""
        found = self._lookup.find(user)
        if found is None:
            return None
        self.update(found)
        return self._members[user]

    def person_id(self, user: str) -> PersonId:
        """Return the id of a user: that of their own workspace for one of another workspace."""
        known = self._members.get(user)
        return known.id if known else slack_person(self.team, user)

    def named(self, user: str) -> PersonId:
        """Return the id of a user whom a field names; one whom Slack does not know here is of no workspace."""
        is_stranger = self.account(user) is Account.EXTERNAL and user not in self._members
        return slack_person(NO_TEAM, user) if is_stranger else self.person_id(user)

    def find(self, word: str) -> PersonId | None:
        """Return the person with this Slack id, or with this name if only one active member has it.

        An id that is not in the directory counts only while the directory is empty.
        """
        if _USER.fullmatch(word) and (word in self._members or not self._members):
            return self.person_id(word)
        name = word.strip().lower()
        found = [user for user in self._users_named.get(name, ()) if self._members[user].is_active]
        return self.person_id(found[0]) if len(found) == 1 else None

    def time_zone(self, user: str) -> str:
        """Return the time zone of a user, UTC while it is unknown."""
        known = self._members.get(user)
        return known.zone if known else "UTC"

    def actor(self, user: str, policy: Policy, teams: Collection[str] = ()) -> Actor:
        """Return a Slack user as an actor, with the policy groups that they belong to; `teams` as in `account`."""
        account = self.account(user, teams)
        if refusal_to_act(account) is not None:
            return Actor(id=self.person_id(user), account=account)
        return Actor(id=self.person_id(user), groups=self.groups_of(user, policy), account=account)

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
        for member in members:
            self._index(member["id"], frozenset(name.lower() for name in _names(member)))
        self._unstored.update(new)
        if self._unstored:
            self._store()

    def _index(self, user: str, names: frozenset[str]) -> None:
        """Remember the names of a user, so that a name is found without a look at everyone."""
        before = self._names_of.get(user, frozenset())
        for name in names - before:
            self._users_named[name] = self._users_named.get(name, frozenset()) | {user}
        for name in before - names:
            self._users_named[name] -= {user}
        self._names_of[user] = names

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
        return known is not None and account_of(known, self.team) is Account.MEMBER


def account_of(person: Person, team: str) -> Account:
    """Return the kind of a person's account, as seen from a workspace."""
    if is_external(person.id, team):
        return Account.EXTERNAL
    if person.is_bot:
        return Account.BOT
    if not person.is_active:
        return Account.DEACTIVATED
    return Account.GUEST if person.is_guest else Account.MEMBER


def read_member(team: str, member: Json) -> Person:
    """Return the person in a member payload."""
    profile: Json = member.get("profile") or {}
    return Person(
        id=slack_person(_home_team(team, member), member["id"]),
        name=next(iter(_names(member)), member["id"]),
        zone=member.get("tz") or "UTC",
        title=profile.get("title") or "",
        is_bot=bool(member.get("is_bot")) or member["id"] == "USLACKBOT",
        is_guest=bool(member.get("is_restricted") or member.get("is_ultra_restricted")),
        is_active=not member.get("deleted", False),
    )


def _home_team(team: str, member: Json) -> str:
    """Return the workspace of an account: ours if it is a member of ours, also beside others of one organisation."""
    home, teams = member.get("team_id"), (member.get("enterprise_user") or {}).get("teams") or ()
    if team in teams or (not member.get("is_stranger") and (home in (None, team) or not str(home).startswith("T"))):
        return team
    return str(home or NO_TEAM)


def _names(member: Json) -> list[str]:
    """Return the names of a member: the full name first, because a record is read years later; the handle last."""
    profile: Json = member.get("profile") or {}
    names = (profile.get("real_name"), member.get("real_name"), profile.get("display_name"), member.get("name"))
    return [name for name in names if name]
