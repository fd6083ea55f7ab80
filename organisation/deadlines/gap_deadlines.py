"""Gaps of on-call schedules that come: who is asked to fill each, and when. Pure.

The owner of the schedule is asked at nine in the morning on the schedule's clock, within 36 hours before the gap, and the
owners of its services four hours before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.policy import Policy
from incident.rules.service_contacts import schedule_named, schedule_owners, service_owners
from organisation.fold.schedule_reminders import GAP
from roles.person_ids import PersonId, person_named
from roles.schedules.local_time import local_time, moment_of
from roles.schedules.shifts import gaps

AHEAD: Final = timedelta(hours=36)
_LAST: Final = timedelta(hours=4)
# A gap that began so long ago is asked about no more: the first call of an incident says that no one is on call.
_BEHIND: Final = timedelta(hours=12)
_MORNING: Final = time(9)
_DAY: Final = timedelta(days=1)
CanBeAsked = Callable[[PersonId], bool]


@dataclass(frozen=True)
class Gap:
    """A period (UTC) in which no one is on call by a schedule that is to have no gap."""

    schedule: str
    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        """The key of its deadline."""
        return key_of(GAP, self.schedule, self.start)


def gaps_ahead(policy: Policy, team: str, at: datetime) -> tuple[Gap, ...]:
    """Return the gaps of the next 36 hours, and those that began in the last hours and are not over."""
    return tuple(gap for name in policy.schedules for gap in _of_schedule(name, policy, team, at))


def gap_deadlines(
    policy: Policy, team: str, at: datetime, can_be_asked: CanBeAsked = lambda person: True
) -> tuple[Deadline, ...]:
    """Return the deadline of each gap. Where no owner can be asked, the manager is."""
    found = (_deadline(gap, policy, team, can_be_asked) for gap in gaps_ahead(policy, team, at))
    return tuple(one for one in found if one.steps)


def _of_schedule(name: str, policy: Policy, team: str, at: datetime) -> Iterator[Gap]:
    rules, schedule = policy.schedules[name], schedule_named(name, policy, team)
    if schedule is None or not rules.around_the_clock or not schedule.everyone:
        return
    for gap in gaps(schedule, at - _BEHIND, at + AHEAD + _DAY):
        if gap.end > at and at - _BEHIND < gap.start <= at + AHEAD:
            yield Gap(name, gap.start, gap.end)


def _deadline(gap: Gap, policy: Policy, team: str, can_be_asked: CanBeAsked) -> Deadline:
    zone = policy.schedules[gap.schedule].time_zone or policy.time_zone
    manager = person_named(team, policy.people.manager)
    asked = (
        (_morning_before(gap.start, zone), schedule_owners(gap.schedule, policy, team)),
        (gap.start - _LAST, service_owners(gap.schedule, policy, team)),
    )
    steps = []
    for moment, people in asked:
        whom = [who for who in people if can_be_asked(who)] or [who for who in (manager,) if who and can_be_asked(who)]
        steps += [PromptStep(moment, GAP, each_once(*whom))] if whom else []
    return Deadline(gap.key, gap.start, tuple(steps), None, about=gap.schedule)


def _morning_before(start: datetime, zone: str) -> datetime:
    """Return the first nine in the morning of the 36 hours before a moment."""
    earliest = local_time(start - AHEAD, zone)
    morning = datetime.combine(earliest.date(), _MORNING)
    return moment_of(morning if morning >= earliest else morning + _DAY, zone)
