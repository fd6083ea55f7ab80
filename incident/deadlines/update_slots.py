"""Update slots: which slot a post meets, which slots follow from recorded facts, which slot is missed.

The rules of owing status updates (S1-43). Returns facts; the caller records them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypedDict

from incident.deadlines.back_off import BACKS_OFF_AFTER, last_activity
from incident.deadlines.update_cadence import FINAL, first_due, interval, missed_after
from incident.entries.classification import PriorityChanged
from incident.entries.integrity import ClockSetBack
from incident.entries.lifecycle import MajorDeclared, StateChanged, TimeSet
from incident.entries.status_updates import (
    StatusUpdatePosted,
    UpdateDropped,
    UpdateDue,
    UpdateMissed,
    UpdatesHeld,
    UpdatesMissed,
    UpdatesReleased,
)
from incident.entry import Entry, Fact
from incident.fold.status_updates import dropped, due
from incident.model.components import AudienceState, OpenSlot
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.priority_matrix import is_raised
from incident.states import VOID, Audience, State

Cause = Literal["started", "posted", "promised", "missed", "raised", "regressed", "resolved", "backfilled", "clock"]
_ENDED: Final = VOID | {State.DRILL_ENDED}


class SlotChange(TypedDict):
    """What a post means for the slots, as fields of the fact that records it."""

    counts_final: bool
    met_slot: bool
    met_missed_due_at: datetime | None


@dataclass(frozen=True)
class _Now:
    """The state while the consequences of one entry are worked out."""

    before: Incident
    incident: Incident
    entry: Entry
    policy: Policy
    at: datetime


def match_post(
    incident: Incident, audience: Audience, *, final: bool, happened_at: datetime, at: datetime
) -> SlotChange:
    """Return which slot a post meets.

    A post recorded as it happens meets the open slot. A backfilled one meets the first missed slot in whose grace it
    happened. A post counts as final in a restored, resolved or closed incident.
    """
    state = incident.audience(audience)
    backfilled = happened_at < at
    late = (s.due_at for s in state.each_slot() if s.status == "missed" and happened_at <= s.missed_after)
    return SlotChange(
        counts_final=final and incident.state in FINAL,
        met_slot=state.open is not None and not backfilled,
        met_missed_due_at=next(late, None) if backfilled else None,
    )


def missed(incident: Incident, policy: Policy, at: datetime) -> tuple[Fact, ...]:
    """Return the miss of the slot whose grace ended first before `at`, and the slot that follows; empty when none ended.

    The next slot is one interval after the missed one was due; none follows a final update. Once repetitions back off,
    all that were missed in a row are one fact.
    """
    over = [
        (a.open.missed_after, a.audience, a.open) for a in incident.audiences if a.open and a.open.missed_after < at
    ]
    if not over:
        return ()
    _, audience, slot = min(over, key=lambda found: found[0])
    miss = UpdateMissed(audience=audience, due_at=slot.due_at, final=slot.final)
    every = interval(incident, audience, policy)
    if slot.final or every is None:
        return (miss,)
    count = _missed_in_a_row(incident, slot, every, policy, at)
    next_due = _due(audience, slot.due_at + count * every, "missed", policy)
    if count == 1:
        return (miss, next_due)
    row = UpdatesMissed(audience=audience, due_at=slot.due_at, every_s=int(every.total_seconds()), count=count)
    return (row, next_due)


def _missed_in_a_row(incident: Incident, slot: OpenSlot, every: timedelta, policy: Policy, at: datetime) -> int:
    """Return how many slots, from the open one, are recorded as missed together."""
    is_late = slot.missed_after - last_activity(incident) > BACKS_OFF_AFTER
    if not is_late or slot.missed_after != missed_after(slot.due_at, policy):
        return 1
    # The slot n intervals later is missed if its grace ended strictly before `at`.
    return -((slot.missed_after - at) // every)


def follow(
    before: Incident | None, after: Incident, entries: Sequence[Entry], policy: Policy, at: datetime
) -> tuple[Fact, ...]:
    """Return the slots that open, move or close because of these entries, in order."""
    facts: list[Fact] = []
    now = _Now(before=before or after, incident=after, entry=entries[0], policy=policy, at=at) if entries else None
    for entry in entries:
        rule = _RULES.get(type(entry.fact))
        if rule is None or now is None:
            continue
        for fact in rule(replace(now, entry=entry), entry.fact):
            facts.append(fact)
            now = replace(now, incident=_with(now.incident, fact))
    return tuple(facts)


def _with(incident: Incident, fact: UpdateDue | UpdateDropped) -> Incident:
    """Return the incident as it will be once the fact is recorded."""
    change = due(incident, fact) if isinstance(fact, UpdateDue) else dropped(incident, fact)
    return incident.model_copy(update=change)


def _due(audience: Audience, due_at: datetime, cause: Cause, policy: Policy, *, final: bool = False) -> UpdateDue:
    return UpdateDue(
        audience=audience, due_at=due_at, missed_after=missed_after(due_at, policy), final=final, cause=cause
    )


def _start(now: _Now, audiences: Iterable[Audience]) -> Iterable[UpdateDue]:
    for audience in audiences:
        due_at = first_due(now.incident, audience, now.policy, now.at)
        if due_at is not None:
            yield _due(audience, due_at, "started", now.policy)


def _drop_all(now: _Now, cause: Literal["resolved", "over"]) -> Iterable[UpdateDropped]:
    return (UpdateDropped(audience=a.audience, cause=cause) for a in now.incident.audiences if a.open)


def _open_ordinary(now: _Now) -> Iterable[tuple[Audience, OpenSlot]]:
    return ((a.audience, a.open) for a in now.incident.audiences if a.open and not a.open.final)


def _pull_in(now: _Now, cause: Literal["raised", "regressed", "clock"]) -> Iterable[UpdateDue]:
    for audience, slot in _open_ordinary(now):
        wait = _raised_wait(now, audience) if cause == "raised" else interval(now.incident, audience, now.policy)
        if wait is not None and now.at + wait < slot.due_at:
            yield _due(audience, now.at + wait, cause, now.policy)


def _raised_wait(now: _Now, audience: Audience) -> timedelta | None:
    """Return how long after a raise the open update is due at the latest: one interval of the new priority.

    The first update to responders counts from the priority (S1-43), so it is the first one of the new priority.
    """
    cadence = now.policy.cadence(now.incident.priority, audience)
    if cadence is not None and audience is Audience.INTERNAL and not now.incident.audience(audience).posts:
        return timedelta(minutes=cadence.first)
    return interval(now.incident, audience, now.policy)


def _on_priority(now: _Now, fact: PriorityChanged) -> Iterable[UpdateDue | UpdateDropped]:
    for audience, _ in _open_ordinary(now):
        if interval(now.incident, audience, now.policy) is None:
            yield UpdateDropped(audience=audience, cause="no_cadence")
    if is_raised(fact.old, fact.priority):
        yield from _pull_in(now, "raised")
        yield from _start(now, Audience)
    elif not now.incident.audience(Audience.INTERNAL).ever_owed:
        yield from _start(now, (Audience.INTERNAL,))


def _on_major(now: _Now, fact: MajorDeclared) -> Iterable[UpdateDue]:
    return _start(now, (Audience.EXEC, Audience.CUSTOMER))


def _on_state(now: _Now, fact: StateChanged) -> Iterable[UpdateDue | UpdateDropped]:
    if fact.new == State.RESOLVED:
        yield from _drop_all(now, "resolved")
        yield from _finals(now)
    elif fact.new in _ENDED:
        yield from _drop_all(now, "over")
    elif fact.new == State.ACTIVE and fact.old in (State.MITIGATED, State.RESTORED):
        yield from _pull_in(now, "regressed")
        yield from _start(now, Audience)
    elif fact.new == State.ACTIVE and fact.old in (State.RESOLVED, State.CLOSED, *VOID):
        yield from _on_reopening(now)
    else:
        yield from _on_response(now)


def _on_response(now: _Now, _: TimeSet | None = None) -> Iterable[UpdateDue | UpdateDropped]:
    """Drop what is owed once the incident proves to have been over before it was logged; start once it is responded to."""
    if not now.incident.is_live:
        yield from _drop_all(now, "over")
    elif not now.before.is_live:
        yield from _start(now, Audience)


def _on_reopening(now: _Now) -> Iterable[UpdateDue | UpdateDropped]:
    """Drop the final updates that are still owed, then start every audience that now can."""
    incident = now.incident
    for a in incident.audiences:
        if a.open and a.open.final:
            drop = UpdateDropped(audience=a.audience, cause="reopened")
            incident = _with(incident, drop)
            yield drop
    yield from _start(replace(now, incident=incident), Audience)


def _on_clock_set_back(now: _Now, _: ClockSetBack) -> Iterable[UpdateDue]:
    """Bring forward what was counted from a time in the future: no update is due later than one interval from now."""
    yield from _pull_in(now, "clock")
    due_at = now.at + timedelta(minutes=now.policy.update_rules.final_within_minutes)
    for a in now.incident.audiences:
        if a.open and a.open.final and due_at < a.open.due_at:
            yield _due(a.audience, due_at, "clock", now.policy, final=True)


def _finals(now: _Now) -> Iterable[UpdateDue]:
    if not now.incident.is_live:
        return
    due_at = now.at + timedelta(minutes=now.policy.update_rules.final_within_minutes)
    for a in now.incident.audiences:
        if a.ever_owed and not a.held and a.final_at is None:
            yield _due(a.audience, due_at, "resolved", now.policy, final=True)


def _on_held(now: _Now, fact: UpdatesHeld) -> Iterable[UpdateDropped]:
    if now.incident.audience(fact.audience).open:
        yield UpdateDropped(audience=fact.audience, cause="held")


def _on_released(now: _Now, fact: UpdatesReleased) -> Iterable[UpdateDue]:
    return _start(now, (fact.audience,))


def _on_post(now: _Now, fact: StatusUpdatePosted) -> Iterable[UpdateDue | UpdateDropped]:
    audience = now.incident.audience(fact.audience)
    if fact.counts_final:
        return _after_final(audience)
    if fact.met_slot:
        return _after_met(now, fact, audience)
    return _after_backfill(now, fact, audience) if now.entry.is_backfilled else ()


def _after_final(audience: AudienceState) -> Iterable[UpdateDropped]:
    if audience.open:
        yield UpdateDropped(audience=audience.audience, cause="final")


def _after_met(now: _Now, fact: StatusUpdatePosted, audience: AudienceState) -> Iterable[UpdateDue]:
    every = interval(now.incident, fact.audience, now.policy)
    if audience.open or audience.slots[-1].final:
        return
    if fact.next_update_at is not None and fact.next_update_at > now.at:
        yield _due(fact.audience, fact.next_update_at, "promised", now.policy)
    elif every is not None:
        yield _due(fact.audience, now.at + every, "posted", now.policy)


def _after_backfill(now: _Now, fact: StatusUpdatePosted, audience: AudienceState) -> Iterable[UpdateDue]:
    posted_at, last = now.entry.occurred_at, now.before.audience(fact.audience).last_post_at
    if audience.open is None or audience.open.final or (last is not None and last > posted_at):
        return
    due_at = _moved_to(now, fact, posted_at)
    if due_at is not None and due_at > now.at:
        yield _due(fact.audience, due_at, "backfilled", now.policy)


def _moved_to(now: _Now, fact: StatusUpdatePosted, posted_at: datetime) -> datetime | None:
    if fact.next_update_at is not None and fact.next_update_at > now.at:
        return fact.next_update_at
    every = interval(now.incident, fact.audience, now.policy)
    return posted_at + every if fact.met_missed_due_at is not None and every is not None else None


_RULES: Final[dict[type[Fact], Callable[[_Now, Any], Iterable[UpdateDue | UpdateDropped]]]] = {
    PriorityChanged: _on_priority,
    MajorDeclared: _on_major,
    StateChanged: _on_state,
    TimeSet: _on_response,
    StatusUpdatePosted: _on_post,
    UpdatesHeld: _on_held,
    UpdatesReleased: _on_released,
    ClockSetBack: _on_clock_set_back,
}
