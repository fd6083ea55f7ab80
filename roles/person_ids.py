"""Ids of people, and what vouches for each. Names, zones and titles are in the directory."""

from __future__ import annotations

import re
from typing import Final, NewType

PersonId = NewType("PersonId", str)

MUSTER: Final = PersonId("muster")
_USER: Final = re.compile(r"[UW][A-Z0-9]+")


def slack_person(team: str, user: str) -> PersonId:
    """Return the id of a Slack member, `slack:T1:U2`. Slack vouches for it."""
    return PersonId(f"slack:{team}:{user}")


def app_person(team: str, bot: str, name: str) -> PersonId:
    """Return the id of an app that posts under a name, `app:T1:B2:Alertmanager`: one webhook may use several names."""
    return PersonId(f"app:{team}:{bot}:{name}")


def app_name(person: PersonId) -> str | None:
    """Return the name that an app gave itself, or None for anything but an app."""
    surface, _, rest = person.partition(":")
    return rest.split(":", 2)[-1] if surface == "app" else None


def person_named(team: str, member: str) -> PersonId | None:
    """Return the person that a member of a policy list names; None for a user group or a plain name."""
    if ":" in member:
        return PersonId(member)
    return slack_person(team, member) if _USER.fullmatch(member) else None


def slack_user(person: PersonId) -> str | None:
    """Return the Slack user id of a person, or None for one whom Slack does not know."""
    surface, _, rest = person.partition(":")
    return rest.rpartition(":")[2] if surface == "slack" else None


def team_of(person: PersonId) -> str | None:
    """Return the Slack workspace of a person's or an app's account, or None for one whom Slack does not know."""
    surface, _, rest = person.partition(":")
    if surface == "app":
        return rest.partition(":")[0]
    return rest.rpartition(":")[0] or None if surface == "slack" else None


def is_external(person: PersonId, team: str) -> bool:
    """True if the person's account is one of another workspace than `team`."""
    return team_of(person) not in (None, team)


def outside_person(name: str) -> PersonId:
    """Return the id of a reporter who is in no directory, by their words: a caller, a customer's ticket. Nothing vouches for it."""
    return PersonId(f"outside:{' '.join(name.split())}")


def is_person_id(text: str) -> bool:
    """True if a text is the id of a person, and not words for one."""
    return text.partition(":")[0] in ("slack", "cli", "outside", "rest")


def outside_name(person: PersonId) -> str | None:
    """Return the words for a reporter outside Slack, or None for anyone else."""
    surface, _, name = person.partition(":")
    return name if surface == "outside" else None


def cli_person(user: str, host: str) -> PersonId:
    """Return the id of a person at a command line, `cli:<user>@<host>`: claimed, not proven, and shown so."""
    return PersonId(f"cli:{user}@{host}")


def service_client(name: str) -> PersonId:
    """Return the id of a service that acts by the API, `rest:<name>`. Its token vouches for it."""
    return PersonId(f"rest:{name}")


def service_name(person: PersonId) -> str | None:
    """Return the name of a service that acts by the API, or None for anyone else."""
    surface, _, name = person.partition(":")
    return name if surface == "rest" else None


def is_claimed(person: PersonId) -> bool:
    """True if only the person's own word vouches for the id."""
    return person.startswith("cli:")
