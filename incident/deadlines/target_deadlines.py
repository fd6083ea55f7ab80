"""When the time to restore runs out, and when nobody has judged how bad it is. Knows the target the entry holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import RESPONDING, State
from roles.role_names import Role

_UNJUDGED_FOR: Final = timedelta(minutes=30)
_AGAIN: Final = timedelta(hours=1)
_SHARES: Final = (50, 75, 90)


def restoration(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Tell the commander at half the target, then at 75 and 90 %, and at the target the service owner too."""
    minutes = incident.priorities[-1].restore_minutes if incident.priorities else None
    logged, still_out = incident.times.logged_at, RESPONDING - {State.RESTORED}
    if incident.state not in still_out or incident.drill or minutes is None or logged is None:
        return ()
    target = timedelta(minutes=minutes)
    begun_at = incident.episodes[-1].start - _harmed_before(incident)
    near = each_once(incident.holder(Role.COMMANDER) or incident.holder(Role.DEPUTY) or incident.reporter)
    # What was passed before anybody knew of the incident is not asked for late but when it was logged.
    warned = [PromptStep(max(begun_at + target * share / 100, logged), "restoration", near) for share in _SHARES]
    due_at = begun_at + target
    last = PromptStep(max(due_at, logged), "restoration", each_once(*near, incident.service_owner))
    return (Deadline(key_of("restoration", due_at), due_at, (*warned, last), _AGAIN),)


def judgement(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Ask for impact and urgency when they were not judged for half an hour, and again every hour."""
    logged = incident.times.logged_at
    if not incident.provisional or incident.state not in RESPONDING or logged is None:
        return ()
    due_at = logged + _UNJUDGED_FOR
    whom = each_once(incident.holder(Role.COMMANDER) or incident.reporter)
    return (Deadline(key_of("judgement", logged), due_at, (PromptStep(due_at, "judgement", whom),), _AGAIN),)


def _harmed_before(incident: Incident) -> timedelta:
    """Add up the harm of the episodes before this one: the target is for all of them together."""
    ended: list[tuple[datetime, datetime]] = [(e.start, e.restored_at) for e in incident.episodes[:-1] if e.restored_at]
    return sum(((until - since) for since, until in ended), timedelta())
