"""Whom a policy means by a name: Slack ids become people. User groups and plain names are nobody in particular."""

from __future__ import annotations

import re
from typing import Final

from roles.people import PersonId, slack_person

_USER: Final = re.compile(r"[UW][A-Z0-9]+")


def person_named(team: str, member: str) -> PersonId | None:
    """Give the person that a policy's member names, or None for a user group, a plain name or nobody."""
    if ":" in member:
        return PersonId(member)
    return slack_person(team, member) if _USER.fullmatch(member) else None
