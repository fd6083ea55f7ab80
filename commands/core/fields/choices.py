"""Choices of verbs that several share or that are long: how an incident was resolved and checked, and the priorities."""

from __future__ import annotations

from typing import Final

from incident.states import Priority

NOT_COUNTED: Final = "provider_all_clear"

RESOLVED_BY: Final = (
    ("fix", "Fix: the cause is gone"),
    ("workaround", "Workaround: users get by, the cause remains"),
    ("provider", "Provider: they repaired it"),
    ("self-healed", "By itself: it recovered without a fix"),
)
CRITERIA: Final = (
    ("monitoring_verified", "Monitoring verified"),
    ("service_owner_confirmed", "Service owner confirmed"),
    ("user_confirmed", "A user confirmed"),
    ("containment_confirmed", "Containment confirmed"),
    ("integrity_verified", "Integrity verified"),
    ("security_signoff", "Security sign-off"),
    (NOT_COUNTED, "A provider's all-clear (does not count)"),
)

PRIORITIES: Final = tuple((one.value, one.value) for one in Priority)
PRIORITY_WORDS: Final = tuple(
    (f"{word}{one.value[1:]}", one.value) for one in Priority for word in ("sev", "sev ", "s", "priority ")
)


def only(choices: tuple[tuple[str, str], ...], *values: str) -> tuple[tuple[str, str], ...]:
    """Return the choices with these values, in their order."""
    return tuple(choice for choice in choices if choice[0] in values)
