"""Whom a word of the policy means: a role of the incident, an office, a group, the owner, users, who is on call, an id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from incident.model.incident import Incident
from incident.policy import GROUPS, People, Policy
from incident.rules.service_contacts import on_call_for
from roles.person_ids import PersonId, person_named
from roles.role_names import Role

SERVICE_OWNER: Final = "service_owner"
ON_CALL: Final = "on_call"
USERS: Final = "users"
OWN_WORDS: Final = (SERVICE_OWNER, ON_CALL, USERS)
_USER_GROUP: Final = "S"


class Recipients(NamedTuple):
    """People, and the ids of Slack user groups, whose members only Slack knows."""

    people: tuple[PersonId, ...]
    groups: tuple[str, ...] = ()


def recipients(word: str, incident: Incident, policy: Policy, at: datetime) -> Recipients:
    """Return whom a word of a rule means at a time; no one for a role or an office that is not filled."""
    if word in set(Role):
        return Recipients(incident.holders(Role(word)))
    if word == SERVICE_OWNER:
        return Recipients((incident.service_owner,) if incident.service_owner else ())
    if word == ON_CALL:
        return Recipients(on_call_for(incident.service, policy, incident.key.team, at))
    if word == USERS:
        service = policy.services.get(incident.service)
        return _of_members(incident.key.team, service.users if service else ())
    return _of_members(incident.key.team, members_of(word, policy))


def members_of(word: str, policy: Policy) -> tuple[str, ...]:
    """Return the ids that the policy lists under a word: of an office, of a group; an id means itself."""
    if word in People.model_fields:
        held = getattr(policy.people, word)
        return tuple(one for one in ((held,) if isinstance(held, str) else held) if one)
    return policy.groups.get(word, () if word in GROUPS else (word,))


def _of_members(team: str, members: Iterable[str]) -> Recipients:
    listed = tuple(dict.fromkeys(members))
    people = (person_named(team, one) for one in listed)
    return Recipients(
        tuple(who for who in people if who is not None),
        tuple(one for one in listed if one.startswith(_USER_GROUP) and one.isupper()),
    )
