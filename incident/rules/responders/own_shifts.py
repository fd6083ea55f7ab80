"""When a person is on call: their shift now and the next, for the services of each schedule they are on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from incident.policy import Policy
from incident.rules.service_contacts import schedule_for
from roles.person_ids import PersonId
from roles.schedules.schedule import Schedule
from roles.schedules.shifts import shifts_of


@dataclass(frozen=True)
class OwnShift:
    """A person's shift for some services, the present one if `is_now`; without an end it lasts for more than three months.

    `copied_at` is when the feed of its schedule was read last, where it fails since.
    """

    services: tuple[str, ...]
    is_now: bool
    start: datetime
    end: datetime | None
    next_start: datetime | None
    copied_at: datetime | None = None


def own_shifts(person: PersonId, policy: Policy, team: str, at: datetime) -> tuple[OwnShift, ...]:
    """Return the shifts of a person now or next, one for each schedule that services name, those of now first."""
    services: dict[Schedule, list[str]] = {}
    for name in policy.services:
        services.setdefault(schedule_for(name, policy, team), []).append(name)
    found = [
        replace(one, copied_at=_copied_at(schedule, policy))
        for schedule, names in services.items()
        for one in _shifts(schedule, tuple(names), person, at)
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_now, one.start)))


def _copied_at(schedule: Schedule, policy: Policy) -> datetime | None:
    feed = policy.feed_of(schedule.name)
    return feed.fetched_at if feed is not None and feed.failing_since is not None else None


def _shifts(schedule: Schedule, services: tuple[str, ...], person: PersonId, at: datetime) -> Iterator[OwnShift]:
    if person not in schedule.everyone:
        return
    periods = list(islice(shifts_of(schedule, person, at), 2))
    if periods:
        start, end = periods[0]
        following = periods[1][0] if len(periods) > 1 else None
        yield OwnShift(services, start <= at, start, end, following)
