"""Which schedule a person means, whose shift lies in a period, and who may change the shifts of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import takewhile
from typing import Final

from commands.core.preconditions import refuse_unless_person
from commands.core.request import RESPONDER
from commands.core.verb import DecisionContext
from incident.refusal import Code, Refusal
from incident.rules.service_contacts import schedule_named, schedule_owners, service_owners
from roles.person_ids import PersonId, person_named, slack_user
from roles.schedules.people_on_call import who
from roles.schedules.schedule import Schedule
from roles.schedules.shifts import shifts_of

_FIELD: Final = "schedule"
Period = tuple[datetime, datetime | None]


def schedule_given(name: str | None, now: DecisionContext) -> Schedule | None:
    """Return the schedule of a name, or that of a service; None without a name. Refuses a name of neither."""
    if name is None:
        return None
    service = now.policy.services.get(name)
    found = schedule_named(name, now.policy, now.team) or (
        schedule_named(service.schedule, now.policy, now.team) if service and service.schedule else None
    )
    if found is None:
        raise Refusal(Code.BAD_VALUE, "shift_no_schedule", _FIELD, schedules=_names(now.policy.schedules))
    return found


def schedule_meant(name: str | None, now: DecisionContext, fits: Callable[[Schedule], bool]) -> Schedule | None:
    """Return the schedule of a name, else the only one that fits, or None. Refuses to choose between several."""
    given = schedule_given(name, now)
    if given is not None:
        return given
    found = [one for one in all_schedules(now) if fits(one)]
    if len(found) > 1:
        raise Refusal(Code.MISSING_FIELDS, "shift_which", _FIELD, schedules=_names(one.name for one in found))
    return found[0] if found else None


def all_schedules(now: DecisionContext) -> tuple[Schedule, ...]:
    """Return every schedule of the policy. Refuses where it has none."""
    if not now.policy.schedules:
        raise Refusal(Code.STATE, "shift_no_schedules")
    found = (schedule_named(name, now.policy, now.team) for name in now.policy.schedules)
    return tuple(one for one in found if one is not None)


def periods(schedule: Schedule, person: PersonId, start: datetime, end: datetime | None) -> tuple[Period, ...]:
    """Return the shifts of a person that lie in a period at least in part; without an end, the first from then on."""
    found = shifts_of(schedule, person, start)
    if end is None:
        return tuple(one for one, _ in zip(found, range(1), strict=False))
    return tuple(takewhile(lambda one: one[0] < end, found))


def is_on_call_throughout(schedule: Schedule, person: PersonId, start: datetime, end: datetime) -> bool:
    """True if a person is on call during a whole period."""
    found = periods(schedule, person, start, end)[:1]
    return any(since <= start and (until is None or end <= until) for since, until in found)


def may_change_others(schedule: Schedule, now: DecisionContext) -> bool:
    """True for the owner of a schedule, the owners of its services, and the manager whom the policy names."""
    manager = person_named(now.team, now.policy.people.manager)
    owners = (find(schedule.name, now.policy, now.team) for find in (schedule_owners, service_owners))
    return now.actor.id in (manager, *(who for found in owners for who in found))


def not_yours(schedule: Schedule | None, now: DecisionContext) -> Refusal:
    """Return the refusal of a person who may change no shift of others."""
    owners = schedule_owners(schedule.name, now.policy, now.team) if schedule else ()
    return Refusal(Code.NOT_AUTHORISED, "cover_not_yours", "instead_of", missing=(), also=(), able=" ".join(owners[:2]))


def refuse_unless_on_call_for(schedule: Schedule, now: DecisionContext) -> None:
    """Refuse a taker who is no responder, is not on the schedule and does not answer for it."""
    is_theirs = now.actor.id in schedule.everyone or may_change_others(schedule, now)
    if not is_theirs and RESPONDER not in now.actor.groups:
        raise Refusal(Code.NOT_AUTHORISED, "take_not_responder", missing=(), also=(), schedule=schedule.name)


def refuse_as_substitute(now: DecisionContext, person: PersonId, field: str) -> None:
    """Refuse a person who cannot be on call: a bot, a guest, who is deactivated, outside the workspace or not in Slack."""
    refuse_unless_person(now, person, field)
    if slack_user(person) is None:
        raise Refusal(Code.NOT_A_RESPONDER, "shift_outside", field)


def first_on_call(schedule: Schedule, at: datetime, without: PersonId) -> PersonId | None:
    """Return who is asked first at a moment, apart from one person; None if no one else is on call."""
    return next((one.person for one in who(schedule, at) if one.person != without), None)


def _names(found: Iterable[str]) -> str:
    return ", ".join(found)
