"""How facts about shifts change the organisation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from incident.entry import Entry
from incident.fold.change import Change
from organisation.entries.shift_changes import (
    ShiftChangeUndone,
    ShiftCovered,
    ShiftTaken,
    SwapAccepted,
    SwapDeclined,
    SwapLapsed,
    SwapOffered,
    SwapWithdrawn,
)
from organisation.model.organisation import Organisation
from organisation.model.shift_change import ShiftChange, SwapOffer

# So long a change that is over stays in the state, for questions about the last days. All of them stay in the chain.
RECENT: Final = timedelta(days=7)


def shift_covered(organisation: Organisation, entry: Entry, fact: ShiftCovered) -> Change:
    """Put one person in the place of another."""
    change = ShiftChange(
        n=entry.n, at=entry.recorded_at, by=entry.by, how="cover", **fact.model_dump(exclude={"reason"})
    )
    return _with(organisation, entry, change)


def shift_taken(organisation: Organisation, entry: Entry, fact: ShiftTaken) -> Change:
    """Put who took the shift in the place of the other."""
    change = ShiftChange(
        n=entry.n, at=entry.recorded_at, by=entry.by, how="take", add=entry.by, **fact.model_dump(exclude={"reason"})
    )
    return _with(organisation, entry, change)


def swap_offered(organisation: Organisation, entry: Entry, fact: SwapOffered) -> Change:
    """Add the offer."""
    offer = SwapOffer(n=entry.n, by=entry.by, **fact.model_dump(exclude={"reason"}))
    return {"swap_offers": (*organisation.swap_offers, offer)}


def swap_accepted(organisation: Organisation, entry: Entry, fact: SwapAccepted) -> Change:
    """End the offer, and put each in the place of the other."""
    common = {"n": entry.n, "at": entry.recorded_at, "by": fact.from_who, "how": "swap", "schedule": fact.schedule}
    one = {"start": fact.start, "end": fact.end, "add": entry.by, "remove": fact.from_who}
    other = {"start": fact.their_start, "end": fact.their_end, "add": fact.from_who, "remove": entry.by}
    halves = (ShiftChange.model_validate({**common, **half}) for half in (one, other))
    return {**_with(organisation, entry, *halves), **_without_offer(organisation, fact.offer)}


def swap_declined(organisation: Organisation, entry: Entry, fact: SwapDeclined) -> Change:
    """End the offer."""
    return _without_offer(organisation, fact.offer)


def swap_withdrawn(organisation: Organisation, entry: Entry, fact: SwapWithdrawn) -> Change:
    """End the offer."""
    return _without_offer(organisation, fact.offer)


def swap_lapsed(organisation: Organisation, entry: Entry, fact: SwapLapsed) -> Change:
    """End the offer."""
    return _without_offer(organisation, fact.offer)


def shift_change_undone(organisation: Organisation, entry: Entry, fact: ShiftChangeUndone) -> Change:
    """End the change now, and drop what of it has not started."""
    at = entry.occurred_at
    ended = (
        one.model_copy(update={"end": min(one.end, at)}) if one.n == fact.change else one
        for one in organisation.shift_changes
    )
    return {"shift_changes": _recent((one for one in ended if one.start < one.end), entry.recorded_at)}


def _with(organisation: Organisation, entry: Entry, *changes: ShiftChange) -> dict[str, object]:
    return {"shift_changes": _recent((*organisation.shift_changes, *changes), entry.recorded_at)}


def _recent(changes: Iterable[ShiftChange], at: datetime) -> tuple[ShiftChange, ...]:
    return tuple(one for one in changes if one.end > at - RECENT)


def _without_offer(organisation: Organisation, offer: int) -> dict[str, object]:
    return {"swap_offers": tuple(one for one in organisation.swap_offers if one.n != offer)}
