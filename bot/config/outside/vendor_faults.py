"""Faults of the vendors of a policy: one that no person answers for, and a service that names none of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.config.validation_words import did_you_mean
from bot.config.yaml_positions import Path
from incident.policy import Policy

_ANSWERS: Final = {
    "owner": "is empty: name the person who answers for this vendor and can push a case",
    "comms_owner": "is empty: name the person who passes the vendor's news on to our people and customers",
}


def vendor_faults(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield the vendors without an owner or without an owner of communications (S1-102), and unknown ones of services."""
    for name, vendor in policy.vendors.items():
        for key, why in _ANSWERS.items():
            if not getattr(vendor, key).strip():
                yield ("vendors", name, key), why
    for name, service in policy.services.items():
        for i, used in enumerate(service.vendors):
            if used not in policy.vendors:
                near = did_you_mean(used, policy.vendors)
                yield ("services", name, "vendors", i), f"names a vendor that does not exist: {used}{near}"


def vendor_ids(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield every id of a person in the vendors, with its path."""
    for name, vendor in policy.vendors.items():
        yield from ((("vendors", name, key), getattr(vendor, key)) for key in _ANSWERS if getattr(vendor, key).strip())
