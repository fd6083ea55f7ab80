"""What falls due in an incident, who is asked, and when the next moment is. Pure: state and policy in, values out.

Knows no clock and no job. That something was asked is in the fold (`prompted`), so nothing is asked twice after a
restart, and what was asked late says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from incident.dueing import chair, ending, people, targets, updates
from incident.dueing.what import Due
from incident.entries.sent import PromptDue
from incident.incident import Incident
from incident.policy import Policy
from incident.states import RESPONDING
from incident.traces import Prompted

DUE_THINGS: Final[tuple[Callable[[Incident, Policy], tuple[Due, ...]], ...]] = (
    chair.acknowledgement,
    chair.commander,
    targets.judgement,
    targets.restoration,
    updates.owed,
    updates.missed,
    people.actions,
    people.calls,
    people.handovers,
    people.masks,
    ending.closure,
    ending.temporary_fixes,
    ending.review,
    ending.silence,
)

LATE_AFTER: Final = timedelta(minutes=2)
_JUST_AFTER: Final = timedelta(seconds=1)


class Stand(StrEnum):
    """How a prompt stands: open, put off, asked again further down, or its cause is gone."""

    OPEN = "open"
    PUT_OFF = "put_off"
    AGAIN = "again"
    GONE = "gone"


def due(incident: Incident, policy: Policy) -> tuple[Due, ...]:
    """Name everything that is due or will fall due if nothing changes."""
    return tuple(thing for find in DUE_THINGS for thing in find(incident, policy))


def prompts(incident: Incident, policy: Policy, at: datetime) -> tuple[PromptDue, ...]:
    """Say who is asked for what by now and was not yet, each thing once, late ones marked."""
    asked = {prompted.due: prompted for prompted in incident.prompted}
    found = []
    for thing in due(incident, policy):
        moment = _moment(thing, asked.get(thing.key))
        step = thing.step_at(at)
        if moment is None or moment > at or step is None:
            continue
        late = at - _latest(moment, step.at) > LATE_AFTER
        found.append(PromptDue(due=thing.key, ask=step.ask, asked=step.whom, due_at=thing.due_at, late=late))
    return tuple(found)


def next_at(incident: Incident, policy: Policy, at: datetime) -> datetime | None:
    """Give the moment at which something lapses or somebody is to be asked, not before now; None when never."""
    asked = {prompted.due: prompted for prompted in incident.prompted}
    asking = [_moment(thing, asked.get(thing.key)) for thing in due(incident, policy)]
    lapsing = [a.open.missed_after + _JUST_AFTER for a in incident.audiences if a.open is not None]
    calls = incident.escalations if incident.state in RESPONDING else ()
    answers = [e.answer_by + _JUST_AFTER for e in calls if e.answer is None and e.answer_by is not None]
    moments = [moment for moment in (*asking, *lapsing, *answers) if moment is not None]
    return max(min(moments), at) if moments else None


def thing_of(incident: Incident, policy: Policy, key: str) -> Due | None:
    """Find the due thing with this key, or None when its cause is gone."""
    return next((thing for thing in due(incident, policy) if thing.key == key), None)


def stand_of(incident: Incident, policy: Policy, key: str, n: int) -> Stand:
    """Tell how the prompt of entry `n` about the due thing `key` stands now."""
    if thing_of(incident, policy, key) is None:
        return Stand.GONE
    latest = next((prompted for prompted in incident.prompted if prompted.due == key), None)
    if latest is None or latest.n != n:
        return Stand.AGAIN
    return Stand.PUT_OFF if latest.until is not None else Stand.OPEN


def _moment(thing: Due, asked: Prompted | None) -> datetime | None:
    if asked is None:
        return thing.steps[0].at
    return asked.until or thing.after(asked.at)


def _latest(moment: datetime, step_at: datetime) -> datetime:
    return max(moment, step_at)
