"""Swaps of two shifts by offer and answer, and what takes a change of shifts back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import dropwhile
from typing import Final, TypeVar

from commands.core.rules.organisation.shift_schedules import (
    is_on_call_throughout,
    may_change_others,
    periods,
    refuse_as_substitute,
    schedule_meant,
)
from commands.core.verb import DecisionContext
from incident.refusal import Code, Refusal
from incident.rules.service_contacts import schedule_named
from organisation.entries.shift_changes import (
    ShiftChangeUndone,
    SwapAccepted,
    SwapDeclined,
    SwapOffered,
    SwapWithdrawn,
)
from organisation.model.shift_change import ShiftChange, SwapOffer
from roles.person_ids import PersonId
from roles.schedules.schedule import Schedule
from roles.schedules.shifts import shifts_of

_MOST_SHIFTS: Final = 20
Whole = tuple[datetime, datetime]
Numbered = TypeVar("Numbered", ShiftChange, SwapOffer)


def offered(
    person: PersonId | None,
    schedule_name: str | None,
    times: tuple[datetime | None, datetime | None],
    reason: str | None,
    now: DecisionContext,
) -> SwapOffered:
    """Return the offer of the actor's shift for that of a person: those at the given times, else the next of each."""
    if person is None:
        raise Refusal(Code.MISSING_FIELDS, "swap_who", "who")
    refuse_as_substitute(now, person, "who")
    if person == now.actor.id:
        raise Refusal(Code.BAD_VALUE, "swap_self", "who")
    schedule = schedule_meant(
        schedule_name,
        now,
        lambda one: bool(periods(one, now.actor.id, now.at, None) and periods(one, person, now.at, None)),
    )
    mine = _shift(schedule, now.actor.id, times[0], now) if schedule else None
    if schedule is None or mine is None:
        raise Refusal(Code.STATE, "swap_none_of_yours", "mine")
    theirs = _shift(schedule, person, times[1], now)
    if theirs is None:
        raise Refusal(Code.STATE, "swap_none_of_theirs", "theirs", who=person)
    if mine[0] < theirs[1] and theirs[0] < mine[1]:
        raise Refusal(Code.STATE, "swap_overlap", "theirs")
    offer = SwapOffered(
        schedule=schedule.name,
        to=person,
        start=mine[0],
        end=mine[1],
        their_start=theirs[0],
        their_end=theirs[1],
        reason=reason,
    )
    _refuse_second(offer, now)
    return offer


def accepted(entry: int | None, now: DecisionContext) -> SwapAccepted:
    """Return the acceptance of a swap by the person to whom it was offered. Refuses one whose shifts have moved."""
    offer = _offer_to(entry, now)
    schedule = schedule_named(offer.schedule, now.policy, now.team)
    if schedule is None or not _holds(schedule, offer):
        raise Refusal(Code.STATE, "swap_moved", "entry", who=offer.by)
    refuse_as_substitute(now, offer.by, "entry")
    given = {"schedule", "start", "end", "their_start", "their_end"}
    return SwapAccepted(offer=offer.n, from_who=offer.by, **offer.model_dump(include=given))


def declined(entry: int | None, now: DecisionContext) -> SwapDeclined:
    """Return that a swap is declined by the person to whom it was offered."""
    offer = _offer_to(entry, now)
    return SwapDeclined(offer=offer.n, schedule=offer.schedule, from_who=offer.by)


def withdrawn(entry: int | None, now: DecisionContext) -> SwapWithdrawn:
    """Return that a swap is withdrawn by the person who offered it."""
    mine = [one for one in now.organisation.swap_offers if one.by == now.actor.id]
    offer = _numbered(mine, entry)
    if offer is None:
        raise Refusal(Code.STATE, "swap_nothing_of_yours", "entry")
    return SwapWithdrawn(offer=offer.n, schedule=offer.schedule, to=offer.to)


def undone(entry: int | None, reason: str | None, now: DecisionContext) -> ShiftChangeUndone | SwapWithdrawn:
    """Return that a change is taken back: the one of a number, else the latest of the actor, be it an offer or a change."""
    changes = [one for one in now.organisation.shift_changes if one.end > now.at]
    concerning = [one for one in changes if now.actor.id in one.people]
    change = _numbered(concerning if entry is None else changes, entry)
    offers = [one for one in now.organisation.swap_offers if one.by == now.actor.id and entry in (None, one.n)]
    if offers and (change is None or offers[-1].n > change.n):
        return withdrawn(offers[-1].n, now)
    if change is None:
        raise Refusal(Code.STATE, "shift_undo_nothing", "entry")
    schedule = schedule_named(change.schedule, now.policy, now.team)
    if change not in concerning and not (schedule and may_change_others(schedule, now)):
        raise Refusal(Code.NOT_AUTHORISED, "shift_undo_not_yours", "entry", entry=str(change.n))
    _refuse_if_built_on([one for one in changes if one.n == change.n], changes)
    people = tuple(dict.fromkeys(who for one in changes if one.n == change.n for who in one.people))
    return ShiftChangeUndone(change=change.n, schedule=change.schedule, people=people, reason=reason)


def _refuse_if_built_on(undone: Sequence[ShiftChange], changes: Sequence[ShiftChange]) -> None:
    """Refuse to undo a change while a later one has a person in the place of who is on call by it: that one would do nothing."""
    for one in undone:
        later = (other for other in changes if other.n > one.n and other.schedule == one.schedule)
        above = next((o for o in later if o.remove == one.add and o.start < one.end and one.start < o.end), None)
        if above is not None:
            raise Refusal(Code.STATE, "shift_undo_first", "entry", entry=str(above.n), who=above.add)


def _shift(schedule: Schedule, person: PersonId, at: datetime | None, now: DecisionContext) -> Whole | None:
    """Return the shift of a person at a time, or the first after it; it is still to start and has an end."""
    coming = dropwhile(lambda one: one[0] <= now.at, shifts_of(schedule, person, now.at))
    for (start, end), _ in zip(coming, range(_MOST_SHIFTS), strict=False):
        if end is not None and (at is None or at < end):
            return start, end
    return None


def _refuse_second(offer: SwapOffered, now: DecisionContext) -> None:
    for one in now.organisation.swap_offers:
        same = (one.to, one.schedule, one.start, one.their_start)
        if one.by == now.actor.id and same == (offer.to, offer.schedule, offer.start, offer.their_start):
            raise Refusal(Code.STATE, "swap_open", "who", who=offer.to)


def _offer_to(entry: int | None, now: DecisionContext) -> SwapOffer:
    mine = [one for one in now.organisation.swap_offers if one.to == now.actor.id]
    if entry is None and len(mine) > 1:
        raise Refusal(Code.MISSING_FIELDS, "swap_which", "entry", entries=", ".join(str(one.n) for one in mine))
    offer = _numbered(mine, entry)
    if offer is None:
        raise Refusal(Code.STATE, "swap_nothing", "entry")
    return offer


def _numbered(found: Sequence[Numbered], entry: int | None) -> Numbered | None:
    """Return the one of an entry, or without a number the latest."""
    return next((one for one in reversed(found) if entry in (None, one.n)), None)


def _holds(schedule: Schedule, offer: SwapOffer) -> bool:
    """True if each of the two is still on call in the shift that they give."""
    mine = is_on_call_throughout(schedule, offer.by, offer.start, offer.end)
    return mine and is_on_call_throughout(schedule, offer.to, offer.their_start, offer.their_end)
