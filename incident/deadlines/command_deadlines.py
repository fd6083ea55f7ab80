"""Deadlines of acknowledgement and command. The targets are those that the priority's entry holds, in minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.responders.attendance import last_active
from incident.states import RESPONDING, State
from roles.person_ids import PersonId, person_named
from roles.role_names import Role

_AGAIN = timedelta(minutes=15)


def acknowledgement(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt for an acknowledgement at two thirds of its target (S1-42).

    The target counts from logging, from the latest change of priority, or from when the incident was resumed, whichever is
    later. Asked are the deputy and the reporter; at the target the service owner too; then every 15 minutes.
    """
    logged, minutes = incident.times.logged_at, incident.priorities[-1].ack_minutes if incident.priorities else None
    waiting = incident.state in {State.LOGGED, State.TRIAGED} and incident.times.acknowledged_at is None
    if not waiting or logged is None or minutes is None:
        return ()
    begun_at = latest(incident, logged)
    since = max(begun_at, incident.priorities[-1].at)
    due_at = since + timedelta(minutes=minutes)
    near = each_once(incident.holder(Role.DEPUTY), incident.contact)
    steps = (
        PromptStep(since + timedelta(minutes=minutes * 2 / 3), "acknowledge", near),
        PromptStep(due_at, "acknowledge", each_once(*near, incident.service_owner)),
    )
    return (Deadline(key_of("acknowledge", begun_at), due_at, steps, _AGAIN),)


def commander(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for a commander while a responding incident has none, if its priority has a target for one (S1-03, S1-46).

    Before the first commander: at a third of the target, counted from logging, from the latest change of priority, or from
    when the incident was resumed. After one left: at once, and due after `commander_gap_max_minutes`, counted from then or
    from when the incident was resumed. Asked are the deputy, the tech leads and the person last active; at the deadline the
    service owner too; then every 15 minutes.
    """
    minutes = incident.priorities[-1].commander_minutes if incident.priorities else None
    if minutes is None or incident.state not in RESPONDING or incident.holder(Role.COMMANDER) is not None:
        return ()
    left_at = max((i.until for i in incident.roles if i.role is Role.COMMANDER and i.until is not None), default=None)
    near = each_once(incident.holder(Role.DEPUTY), *incident.holders(Role.TECH_LEAD), last_active(incident))
    if left_at is not None:
        left_at = latest(incident, left_at)
        due_at = left_at + timedelta(minutes=policy.roles.commander_gap_max_minutes)
        return (_without_commander(incident, near, left_at, left_at, due_at),)
    logged = incident.times.logged_at
    if logged is None:
        return ()
    begun_at = latest(incident, logged)
    since = max(begun_at, incident.priorities[-1].at)
    return (
        _without_commander(
            incident, near, begun_at, since + timedelta(minutes=minutes / 3), since + timedelta(minutes=minutes)
        ),
    )


def _without_commander(
    incident: Incident, near: tuple[PersonId, ...], since: datetime, ask_at: datetime, due_at: datetime
) -> Deadline:
    steps = (
        PromptStep(ask_at, "commander", near or each_once(incident.contact)),
        PromptStep(due_at, "commander", each_once(*near, incident.service_owner)),
    )
    return Deadline(key_of("commander", since), due_at, steps, _AGAIN)


def ownerless(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for an owner once the owner of the service has left: who commands, else the reporter (S1-03).

    After a quarter of an hour those too whom the policy names with authority over roles; repeated every quarter of an hour.
    """
    left = incident.owner_left
    if left is None or incident.is_over:
        return ()
    near = each_once(incident.holder(Role.COMMANDER) or incident.contact)
    members = (member for group in policy.authority.handover_others_role for member in policy.groups.get(group, ()))
    able = each_once(*near, *(person_named(incident.key.team, member) for member in members))
    due_at = left.at + _AGAIN
    steps = (PromptStep(left.at, "ownerless", near), PromptStep(due_at, "ownerless", able))
    return (Deadline(key_of("ownerless", left.at), due_at, steps, _AGAIN),)
