"""Deadlines of the end of an incident and after it: closure checklist, temporary fixes, review, inactivity."""

from __future__ import annotations

from datetime import timedelta

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import RESPONDING, VOID, State
from roles.role_names import Role


def closure(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for the open items of the closure checklist (S1-98).

    From when the resolution was recorded, and again every `closure_repeat_minutes` until the incident is closed. Asked is
    the commander, else who resolved it, else the reporter. One that was over before it was put on record has the checklist
    once, and no one is asked.
    """
    resolved_at = incident.times.resolved_at
    if incident.state is not State.RESOLVED or resolved_at is None:
        return ()
    recorded_at = next((s.at for s in reversed(incident.states) if s.new is State.RESOLVED), resolved_at)
    resolver = incident.resolution.by if incident.resolution else None
    whom = each_once(incident.holder(Role.COMMANDER) or resolver or incident.contact)
    repeat, key = timedelta(minutes=policy.closure_repeat_minutes), key_of("closure", recorded_at)
    if not incident.is_live:
        return (Deadline(key, recorded_at + repeat, (PromptStep(recorded_at, "closure", ()),)),)
    return (Deadline(key, recorded_at + repeat, (PromptStep(recorded_at, "closure", whom),), repeat),)


def temporary_fixes(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt for the removal of each temporary fix (S1-52).

    On its removal date the owner (without one the service owner) and the commander; three days later the service owner
    too; then every seven days. A drill and a voided incident have none.
    """
    if incident.state in VOID or incident.drill:
        return ()
    commands = incident.holder(Role.COMMANDER)
    return tuple(
        Deadline(
            key_of("tempfix", fix.id, fix.remove_by),
            fix.remove_by,
            (
                PromptStep(fix.remove_by, "tempfix", each_once(fix.owner or incident.service_owner, commands)),
                PromptStep(
                    fix.remove_by + timedelta(days=3), "tempfix", each_once(fix.owner, commands, incident.service_owner)
                ),
            ),
            timedelta(days=7),
            about=fix.id,
        )
        for fix in incident.temp_fixes
        if fix.remove_by is not None and fix.removed_at is None
    )


def review(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt the owner of the review when another person schedules it, one day before it and at its start."""
    review = incident.review
    if review is None or incident.state in VOID:
        return ()
    scheduled_at = review.set_at if review.set_by != review.owner else None
    moments = (scheduled_at, review.at - timedelta(days=1), review.at)
    steps = tuple(
        PromptStep(moment, "review", (review.owner,))
        for moment in moments
        if moment is not None and (scheduled_at is None or moment >= scheduled_at)
    )
    return (Deadline(key_of("review", review.at), review.at, steps),)


def silence(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt whether a responding incident still goes on, after `stale_minutes` without activity (S1-07).

    Activity is any act or message of a person, and the resumption of the incident. Asked are the commander (else the
    reporter) and the service owner, again every `stale_minutes`.
    """
    if incident.state not in RESPONDING:
        return ()
    active = [seen.at for seen in incident.last_seen] or [incident.times.logged_at or incident.last_entry_at]
    last = latest(incident, *active)
    allowed = timedelta(minutes=policy.stale_minutes)
    whom = each_once(incident.holder(Role.COMMANDER) or incident.contact, incident.service_owner)
    return (Deadline(key_of("stale", last), last + allowed, (PromptStep(last + allowed, "stale", whom),), allowed),)
