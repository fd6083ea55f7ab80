"""What one role has to do in an incident: its holders, its open deadlines, and what closing still needs of it.

Knows no text. A service owner is no role of an incident and has a part in it all the same, as `OWNER`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from commands.core.verb import DecisionContext
from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.closure_criteria import OWNER_CONFIRMED, Unmet, unmet
from incident.states import OVER, Audience
from roles.person_ids import PersonId
from roles.role_intervals import roles_of
from roles.role_names import ALIASES, SINGLE, Role, read_role

OWNER: Final = "service_owner"
OWN: Final = "mine"
# What people type for a role, where it is more than one word, and for their own roles.
ROLE_WORDS: Final = (
    *((role.value.replace("_", " "), role.value) for role in Role if "_" in role.value),
    *((name.replace("_", " "), role.value) for name, role in ALIASES.items() if "_" in name),
    *((word, OWNER) for word in ("owner", "the owner", "service owner", "the service owner")),
    *((word, OWN) for word in ("what must i do", "what do i do", "what should i do", "what do i have to do")),
    *((word, OWN) for word in ("my role", "my roles")),
)
_COMMAND: Final = (Role.COMMANDER, Role.DEPUTY)
_OF_DEADLINE: Final[dict[str, tuple[str, ...]]] = {
    "acknowledge": _COMMAND,
    "commander": _COMMAND,
    "judgement": _COMMAND,
    "restoration": (*_COMMAND, Role.TECH_LEAD),
    "call": _COMMAND,
    "update": (Role.COMMS_LEAD,),
    "missed": (Role.COMMS_LEAD,),
}
_PERSONAL: Final = frozenset({"action", "review", "tempfix"})
_OF_CRITERION: Final[dict[str, tuple[str, ...]]] = {
    "RESOLUTION": (*_COMMAND, Role.TECH_LEAD),
    "VALIDATION": (*_COMMAND, Role.TECH_LEAD),
    "CATEGORY": _COMMAND,
    "PRIORITY": _COMMAND,
    "TIMELINE": (*_COMMAND, Role.SCRIBE),
    "HANDOFFS": _COMMAND,
    "LINKS": (*_COMMAND, Role.TECH_LEAD),
    "TEMPFIX": (*_COMMAND, Role.TECH_LEAD, OWNER),
    "FINAL_COMMS": (Role.COMMS_LEAD,),
    "OBLIGATIONS": _COMMAND,
    "THIRD_PARTY": _COMMAND,
    "PIR_SCHEDULED": _COMMAND,
}


@dataclass(frozen=True)
class RoleHelp:
    """One role: its slug, who holds it, whether it is free to take, its open deadlines, what closing needs of it."""

    role: str
    holders: tuple[PersonId, ...] = ()
    is_free: bool = False
    due: tuple[Deadline, ...] = ()
    missing: tuple[Unmet, ...] = ()


def asked_for(about: str, now: DecisionContext) -> tuple[str, ...] | None:
    """Return the roles that a word of `help` names, those of the asker for "what must I do"; None if it names none."""
    words = " ".join(about.lower().rstrip("?").split())
    words = dict(ROLE_WORDS).get(words, words)
    if words == OWN:
        return roles_of_person(now.incident, now.actor.id)
    if words == OWNER:
        return (OWNER,)
    role = read_role(words)
    return None if role is None else (role,)


def roles_of_person(incident: Incident | None, person: PersonId) -> tuple[str, ...]:
    """Return the roles that a person holds in an incident, and `OWNER` where they own its service."""
    if incident is None:
        return ()
    held = roles_of(incident.roles, person)
    owns = (OWNER,) if incident.service_owner == person else ()
    return (*(role for role in Role if role in held), *owns)


def role_help(role: str, incident: Incident | None, policy: Policy) -> RoleHelp:
    """Return what a role has to do in an incident; outside one only which role it is."""
    if incident is None:
        return RoleHelp(role)
    holders = _holders(role, incident)
    is_open = incident.state not in OVER
    return RoleHelp(
        role=role,
        holders=holders,
        is_free=is_open and not holders and role in SINGLE,
        due=tuple(sorted(_due(role, holders, incident, policy), key=lambda one: one.due_at)),
        missing=tuple(one for one in unmet(incident, policy) if _needs(role, one)) if is_open else (),
    )


def _holders(role: str, incident: Incident) -> tuple[PersonId, ...]:
    if role != OWNER:
        return incident.holders(Role(role))
    return (incident.service_owner,) if incident.service_owner else ()


def _due(role: str, holders: tuple[PersonId, ...], incident: Incident, policy: Policy) -> Iterable[Deadline]:
    """Yield the open deadlines of a role: by their kind, and those that ask one of its holders by name."""
    for thing in due_deadlines.due(incident, policy):
        asked = thing.steps[0].whom[:1] if thing.steps else ()
        is_personal = thing.kind in _PERSONAL and bool(set(asked) & set(holders))
        is_offer = thing.kind == "handover" and thing.about == role
        is_customer = thing.kind in ("update", "missed") and thing.about == Audience.CUSTOMER
        is_liaison = is_customer and role == Role.CUSTOMER_LIAISON
        if is_personal or is_offer or is_liaison or role in _OF_DEADLINE.get(thing.kind, ()):
            yield thing


def _needs(role: str, lacking: Unmet) -> bool:
    """True if what an unmet criterion lacks is up to a role: only the owner confirms as the owner, only they and no other."""
    if lacking.code == "VALIDATION":
        is_owners = OWNER_CONFIRMED in lacking.names
        return is_owners if role == OWNER else role in _OF_CRITERION["VALIDATION"]
    if lacking.code == "FINAL_COMMS" and role == Role.CUSTOMER_LIAISON:
        return Audience.CUSTOMER in lacking.names
    return role in _OF_CRITERION.get(lacking.code, ())
