"""Deadlines of the restore target, and of a priority that is still provisional.

Targets are those that the entry holds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.back_off import is_calm
from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.business_days import in_working_hours
from incident.states import RESPONDING, State
from roles.role_names import Role

_UNJUDGED_FOR: Final = timedelta(minutes=30)
_SPREAD_JUDGED_IN: Final = timedelta(minutes=15)
_AGAIN: Final = timedelta(hours=1)
_SHARES: Final = (50, 75, 90)


def restoration(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Warn that the restore target passes: at 50, 75, 90 and 100 % of it (S1-02).

    The target counts in minutes from the start of harm, over all episodes together. Warned is the commander, else the
    deputy, else the reporter; at 100 % the service owner too; then every hour. What passed before the incident was logged,
    resumed or given this priority is warned of then, not as late. What can wait is warned of in working hours. A drill has no
    restore target.
    """
    minutes = incident.priorities[-1].restore_minutes if incident.priorities else None
    logged, still_out = incident.times.logged_at, RESPONDING - {State.RESTORED}
    if incident.state not in still_out or incident.drill or minutes is None or logged is None:
        return ()
    target = timedelta(minutes=minutes)
    harm_started_at = incident.episodes[-1].start - _harmed_before(incident)
    near = each_once(incident.holder(Role.COMMANDER) or incident.holder(Role.DEPUTY) or incident.contact)
    # There is no warning before there is an incident with this target.
    known_at = max(latest(incident, logged), incident.priorities[-1].at)
    due_at = harm_started_at + target

    def warned(at: datetime) -> datetime:
        return in_working_hours(at, policy.work_hours) if is_calm(incident) and at > known_at else max(at, known_at)

    shares = [harm_started_at + target * share / 100 for share in _SHARES]
    steps = [PromptStep(warned(at), "restoration", near) for at in shares]
    last = PromptStep(warned(due_at), "restoration", each_once(*near, incident.service_owner))
    return (Deadline(key_of("restoration", due_at), due_at, (*steps, last), _AGAIN),)


def judgement(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt for impact and urgency 30 minutes after logging or resumption while the priority is provisional (S1-14, S1-33).

    Asked is the commander, else the reporter, again every hour.
    """
    logged = incident.times.logged_at
    if not incident.provisional or incident.state not in RESPONDING or logged is None:
        return ()
    begun_at = latest(incident, logged)
    due_at = begun_at + _UNJUDGED_FOR
    whom = each_once(incident.holder(Role.COMMANDER) or incident.contact)
    return (Deadline(key_of("judgement", begun_at), due_at, (PromptStep(due_at, "judgement", whom),), _AGAIN),)


def retriage(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt for impact and urgency again once a spread of what was contained is noted (S2-16).

    At once the commander, else the reporter; after 15 minutes the service owner too; then every hour.
    """
    since = incident.spread_at
    if since is None or not incident.is_to_be_judged_again or incident.state not in RESPONDING:
        return ()
    near, due_at = incident.holder(Role.COMMANDER) or incident.contact, since + _SPREAD_JUDGED_IN
    steps = (
        PromptStep(since, "retriage", (near,)),
        PromptStep(due_at, "retriage", each_once(near, incident.service_owner)),
    )
    return (Deadline(key_of("retriage", since), due_at, steps, _AGAIN),)


def _harmed_before(incident: Incident) -> timedelta:
    """Return how long the earlier episodes harmed: the target is for all episodes together."""
    ended: list[tuple[datetime, datetime]] = [(e.start, e.restored_at) for e in incident.episodes[:-1] if e.restored_at]
    return sum((max(until - since, timedelta()) for since, until in ended), timedelta())
