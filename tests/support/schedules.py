"""On-call schedules for tests, from the rules that a policy would hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from roles.person_ids import PersonId
from roles.schedules.people_on_call import who
from roles.schedules.schedule import Schedule, resolve
from roles.schedules.schedule_rules import ScheduleRules

ADA, BEN, CHI, DEV = (PersonId(f"mail:{name}@example.org") for name in ("ada", "ben", "chi", "dev"))


def schedule(rules: Mapping[str, Any], *, zone: str = "UTC") -> Schedule:
    """Return the schedule `payments` with these rules."""
    return resolve("payments", ScheduleRules.model_validate(rules), team="T1", zone=zone)


def utc(text: str) -> datetime:
    """Return a moment, written without its zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on_call_at(of: Schedule, at: str) -> list[PersonId]:
    """Return the people on call at a moment in UTC."""
    return [one.person for one in who(of, utc(at))]
