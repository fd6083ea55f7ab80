"""Whom and what the policy names for the vendors of a service, and how to call them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incident.model.incident import Incident
from incident.outside.vendors import Vendor
from incident.policy import Policy
from roles.person_ids import PersonId, person_named


@dataclass(frozen=True)
class VendorContact:
    """A vendor as the policy has it, with the people here who answer for it and pass on its news."""

    name: str
    vendor: Vendor
    owner: PersonId | None
    comms_owner: PersonId | None


def contacts_of(names: Iterable[str], policy: Policy, team: str) -> tuple[VendorContact, ...]:
    """Return the contacts of the vendors with these names; none for one that the policy does not name."""
    known = ((name, policy.vendors[name]) for name in names if name in policy.vendors)
    return tuple(
        VendorContact(
            name=name,
            vendor=vendor,
            owner=person_named(team, vendor.owner) if vendor.owner else None,
            comms_owner=person_named(team, vendor.comms_owner) if vendor.comms_owner else None,
        )
        for name, vendor in known
    )


def vendors_of(incident: Incident, policy: Policy) -> tuple[VendorContact, ...]:
    """Return the contacts of the vendors that the policy names for the incident's service."""
    service = policy.services.get(incident.service)
    return contacts_of(service.vendors if service else (), policy, incident.key.team)
