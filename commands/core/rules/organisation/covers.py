"""Covers and takes: one person is on call for another, by arrangement or at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.core.rules.organisation.shift_schedules import (
    Period,
    all_schedules,
    first_on_call,
    may_change_others,
    not_yours,
    periods,
    refuse_as_substitute,
    refuse_unless_on_call_for,
    schedule_given,
    schedule_meant,
)
from commands.core.verb import DecisionContext
from incident.refusal import Code, Refusal
from organisation.entries.shift_changes import ShiftCovered, ShiftTaken
from roles.person_ids import PersonId
from roles.schedules.people_on_call import who
from roles.schedules.schedule import Schedule
from roles.schedules.shifts import next_handover


@dataclass(frozen=True)
class ShiftRequest:
    """What a person asks for: by which schedule, from when until when, in place of whom, and why."""

    schedule: str | None
    start: datetime | None
    end: datetime | None
    instead_of: PersonId | None
    reason: str | None


def covered(person: PersonId | None, asked: ShiftRequest, now: DecisionContext) -> ShiftCovered:
    """Return the cover of a shift by a person; without one, by the actor. Without times it is the whole shift."""
    substitute = person or (now.actor.id if asked.instead_of else None)
    if substitute is None:
        raise Refusal(Code.MISSING_FIELDS, "cover_who", "who")
    refuse_as_substitute(now, substitute, "who")
    _refuse_times(asked, now)
    schedule, remove, (start, end) = _covered_shift(asked, substitute, now)
    if remove != now.actor.id and not may_change_others(schedule, now):
        raise not_yours(schedule, now)
    if remove == substitute:
        raise Refusal(Code.BAD_VALUE, "cover_self" if remove == now.actor.id else "cover_theirs", "who", who=remove)
    if end is None:
        raise Refusal(Code.MISSING_FIELDS, "shift_until", "end")
    return ShiftCovered(
        schedule=schedule.name, start=start, end=end, add=substitute, remove=remove, reason=asked.reason
    )


def taken(asked: ShiftRequest, now: DecisionContext) -> ShiftTaken:
    """Return the take of the present shift by the actor, until it ends or until a given time; in a gap, until it is over."""
    actor = now.actor.id
    _refuse_times(asked, now)
    schedule = _schedule_to_take(asked, now)
    refuse_unless_on_call_for(schedule, now)
    refuse_as_substitute(now, actor, "change")
    present = [one.person for one in who(schedule, now.at)]
    if asked.instead_of and asked.instead_of not in present:
        raise Refusal(Code.STATE, "cover_not_on_call", "instead_of", who=asked.instead_of)
    remove = asked.instead_of or first_on_call(schedule, now.at, actor)
    if remove == actor or (remove is None and present):
        raise Refusal(Code.STATE, "take_yours", "schedule")
    following = next_handover(schedule, now.at)
    end = asked.end or (following.start if following else None)
    if end is None:
        raise Refusal(Code.MISSING_FIELDS, "shift_until", "end")
    return ShiftTaken(schedule=schedule.name, start=now.at, end=end, remove=remove, reason=asked.reason)


def _refuse_times(asked: ShiftRequest, now: DecisionContext) -> None:
    if asked.end is not None and asked.end <= now.at:
        raise Refusal(Code.STATE, "cover_past", "end")
    if asked.start is not None and asked.end is not None and asked.end <= asked.start:
        raise Refusal(Code.BAD_VALUE, "cover_order", "end")


def _covered_shift(
    asked: ShiftRequest, substitute: PersonId, now: DecisionContext
) -> tuple[Schedule, PersonId | None, tuple[datetime, datetime | None]]:
    """Return schedule, person and period: of the person named, else of the actor, else of who is on call where the actor may say so."""
    named = asked.instead_of or now.actor.id
    start = max(asked.start or now.at, now.at)
    schedule = schedule_meant(asked.schedule, now, lambda one: bool(periods(one, named, start, asked.end)))
    found = periods(schedule, named, start, asked.end) if schedule else ()
    if schedule is not None and found:
        return schedule, named, _within(found, asked, start)
    if asked.instead_of is not None:
        raise Refusal(Code.STATE, "cover_not_on_call", "instead_of", who=asked.instead_of)
    owned = schedule or schedule_meant(None, now, lambda one: may_change_others(one, now))
    if owned is None or not may_change_others(owned, now):
        raise not_yours(owned, now)
    other = first_on_call(owned, start, substitute)
    following = next_handover(owned, start)
    return owned, other, (start, asked.end or (following.start if following else None))


def _within(found: tuple[Period, ...], asked: ShiftRequest, start: datetime) -> Period:
    """Return the period that was asked for; where times are missing, those of the shift."""
    since, until = found[0]
    return (start if asked.start or asked.end else max(start, since)), asked.end or until


def _schedule_to_take(asked: ShiftRequest, now: DecisionContext) -> Schedule:
    """Return the schedule that is named, that of the incident's service, the only one, or the only one that the actor is on."""
    service = now.policy.services.get(now.incident.service) if now.incident else None
    given = schedule_given(asked.schedule or (service.schedule if service else None), now)
    known = all_schedules(now)
    if given is not None or len(known) == 1:
        return given or known[0]
    found = schedule_meant(None, now, lambda one: now.actor.id in one.everyone)
    if found is None:
        names = ", ".join(one.name for one in known)
        raise Refusal(Code.MISSING_FIELDS, "shift_which", "schedule", schedules=names)
    return found
