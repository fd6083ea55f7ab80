"""Hand-overs of shifts: who is on call from a moment on and was not before, and who was and is not any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from incident.policy import Policy
from incident.rules.service_contacts import schedule_named
from roles.person_ids import PersonId
from roles.schedules.schedule import Schedule
from roles.schedules.shifts import Shift, shifts, shifts_of

_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class ShiftHandover:
    """The moment `at` (UTC) at which the people on call by a schedule change; `services` are those that use it."""

    schedule: Schedule
    services: tuple[str, ...]
    at: datetime
    before: tuple[PersonId, ...]
    after: tuple[PersonId, ...]

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Whose shift starts or ends then."""
        return tuple(
            who for who in dict.fromkeys((*self.before, *self.after)) if (who in self.before) != (who in self.after)
        )

    def end_for(self, person: PersonId) -> datetime | None:
        """Return when the shift of a person that starts then ends (UTC); None where that is not known."""
        return next((end for _, end in shifts_of(self.schedule, person, self.at)), None)


def handovers(policy: Policy, team: str, since: datetime, until: datetime) -> Iterator[ShiftHandover]:
    """Yield the hand-overs of every schedule after `since` and not after `until` (UTC)."""
    for name in policy.schedules:
        schedule = schedule_named(name, policy, team)
        services = tuple(service for service, one in policy.services.items() if one.schedule == name)
        for before, after in pairwise(shifts(schedule, since, until + _INSTANT)) if schedule else ():
            handover = (
                ShiftHandover(schedule, services, after.start, _people(before), _people(after)) if schedule else None
            )
            if handover is not None and handover.people:
                yield handover


def _people(shift: Shift) -> tuple[PersonId, ...]:
    return tuple(one.person for one in shift.people)
