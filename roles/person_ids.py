"""Who somebody is and what vouches for it. Knows ids only; names, zones and titles live in the directory."""

from __future__ import annotations

import re
from typing import Final, NewType

PersonId = NewType("PersonId", str)

MUSTER: Final = PersonId("muster")
_USER: Final = re.compile(r"[UW][A-Z0-9]+")


def slack_person(team: str, user: str) -> PersonId:
    """Name a Slack member: `slack:T1:U2`. Slack vouches for the id."""
    return PersonId(f"slack:{team}:{user}")


def person_named(team: str, member: str) -> PersonId | None:
    """Give the person that a policy's member names, or None for a user group, a plain name or nobody."""
    if ":" in member:
        return PersonId(member)
    return slack_person(team, member) if _USER.fullmatch(member) else None


def slack_user(person: PersonId) -> str | None:
    """Give the Slack user id a person is known by, or None when Slack does not know them."""
    surface, _, rest = person.partition(":")
    return rest.rpartition(":")[2] if surface == "slack" else None


def cli_person(user: str, host: str) -> PersonId:
    """Name somebody at a command line: `cli:<user>@<host>`. Claimed, not proven, and shown so."""
    return PersonId(f"cli:{user}@{host}")


def is_claimed(person: PersonId) -> bool:
    """Tell whether nothing but the person's own word stands behind this id."""
    return person.startswith("cli:")
