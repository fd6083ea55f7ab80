"""What the catalogue of services fills in when an incident is declared, and which incidents of a service are twins.

Knows the policy's services only; refuses a service that is not among them, and what is still missing afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from commands.core.verb import DecisionContext
from incident.model.incident import Incident
from incident.policy import Policy, Service
from incident.refusal import Code, Refusal

TWIN_WITHIN: Final = timedelta(minutes=15)


class CatalogueEntry(NamedTuple):
    """A service with what an incident of it needs: its category and who owns it."""

    name: str
    service: Service
    category: str
    owner_group: str


def look_up(
    policy: Policy, service: str | None, *, title: str | None, category: str | None, owner_group: str | None
) -> CatalogueEntry:
    """Fill in what the catalogue gives for a service; refuse one it does not name, or what is missing still."""
    if service is not None and service not in policy.services:
        raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service")
    known = policy.services.get(service or "")
    if known is not None:
        owner_group = owner_group or known.owner_group
        category = category or next(iter(known.categories), None)
    missing = _absent(title=title, service=known, owner_group=owner_group, category=category)
    if missing or known is None:
        raise Refusal(Code.MISSING_FIELDS, "declare_missing", *missing, names=", ".join(missing).replace("_", " "))
    return CatalogueEntry(service or "", known, category or "", owner_group or "")


def is_unlisted(policy: Policy, service: str, category: str, subcategory: str | None) -> bool:
    """Tell whether the catalogue names categories for the service, and this is none of them."""
    entry = policy.services.get(service)
    if entry is None or not entry.categories:
        return False
    below = entry.categories.get(category)
    return below is None or (subcategory is not None and bool(below) and subcategory not in below)


def possible_duplicate(incident: Incident, now: DecisionContext) -> Incident | None:
    """Find the first open incident of the same service declared shortly before; never one that is restricted."""
    twins = [other for other in now.reader.open_incidents(now.team) if _is_twin(incident, other)]
    return min(twins, key=_declared, default=None)


def _is_twin(incident: Incident, other: Incident) -> bool:
    same = (other.service, other.drill, other.restricted) == (incident.service, incident.drill, False)
    is_earlier = _declared(other) < _declared(incident)
    return same and is_earlier and incident.states[0].at - other.states[0].at <= TWIN_WITHIN


def _declared(incident: Incident) -> tuple[object, int, str]:
    return (incident.states[0].at, len(incident.number), incident.number)


def _absent(**given: object) -> tuple[str, ...]:
    return tuple(name for name, value in given.items() if not value)
