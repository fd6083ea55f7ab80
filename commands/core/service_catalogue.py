"""The service catalogue: the fields that it fills in at a declaration, and possible duplicates among incidents of a service.

Knows the policy's services only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from commands.core.verb import DecisionContext
from incident.model.incident import Incident
from incident.policy import Policy, Service
from incident.refusal import Code, Refusal

DUPLICATE_WITHIN: Final = timedelta(minutes=15)


class CatalogueEntry(NamedTuple):
    """A service with the category and the owner group of an incident of it."""

    name: str
    service: Service
    category: str
    owner_group: str


def look_up(
    policy: Policy, service: str | None, *, title: str | None, category: str | None, owner_group: str | None
) -> CatalogueEntry:
    """Return the entry of a service, with missing fields filled in. Refuses an unknown service, and fields still missing."""
    if service is not None and service not in policy.services:
        raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service", services=", ".join(policy.services))
    known = policy.services.get(service or "")
    if known is not None:
        owner_group = owner_group or known.owner_group
        category = category or next(iter(known.categories), None)
    missing = _missing(title=title, service=known, owner_group=owner_group, category=category)
    if missing or known is None:
        raise Refusal(Code.MISSING_FIELDS, "declare_missing", *missing, names=", ".join(missing).replace("_", " "))
    return CatalogueEntry(service or "", known, category or "", owner_group or "")


def is_unlisted(policy: Policy, service: str, category: str, subcategory: str | None) -> bool:
    """True if the catalogue lists categories for the service, and this is not one of them."""
    entry = policy.services.get(service)
    if entry is None or not entry.categories:
        return False
    below = entry.categories.get(category)
    return below is None or (subcategory is not None and bool(below) and subcategory not in below)


def possible_duplicate(incident: Incident, now: DecisionContext) -> Incident | None:
    """Return the first open incident of the service that was declared within 15 minutes before; never a restricted one."""
    since = incident.states[0].at - DUPLICATE_WITHIN
    first = now.reader.open_of_service(now.team, incident.service, since, drill=incident.drill)
    return next((other for other in first if _declared(other) < _declared(incident)), None)


def _declared(incident: Incident) -> tuple[object, int, str]:
    return (incident.states[0].at, len(incident.number), incident.number)


def _missing(**given: object) -> tuple[str, ...]:
    return tuple(name for name, value in given.items() if not value)
