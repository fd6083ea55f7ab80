"""What is due towards the end and after it: the closure checklist, temporary fixes, the review, and silence."""

from __future__ import annotations

from datetime import timedelta

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import RESPONDING, VOID, State
from roles.role_names import Role


def closure(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Ask the commander for what is still open from resolution on, again and again until it is closed."""
    resolved_at = incident.times.resolved_at
    if incident.state is not State.RESOLVED or resolved_at is None:
        return ()
    recorded_at = next((s.at for s in reversed(incident.states) if s.new is State.RESOLVED), resolved_at)
    resolver = incident.resolution.by if incident.resolution else None
    whom = each_once(incident.holder(Role.COMMANDER) or resolver or incident.reporter)
    repeat = timedelta(minutes=policy.closure_repeat_minutes)
    return (
        Deadline(
            key_of("closure", recorded_at), recorded_at + repeat, (PromptStep(recorded_at, "closure", whom),), repeat
        ),
    )


def temporary_fixes(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Ask the owner and whoever commands on the day a temporary fix was to go, the service owner three days later."""
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
    """Remind the review's owner the day before and when it begins."""
    if incident.review is None or incident.state in VOID:
        return ()
    owner, begins_at = (incident.review.owner,), incident.review.at
    steps = (PromptStep(begins_at - timedelta(days=1), "review", owner), PromptStep(begins_at, "review", owner))
    return (Deadline(key_of("review", begins_at), begins_at, steps),)


def silence(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Ask whether it is still going on when nobody has acted for longer than the policy allows."""
    if incident.state not in RESPONDING:
        return ()
    last = max((seen.at for seen in incident.last_seen), default=incident.times.logged_at or incident.last_entry_at)
    allowed = timedelta(minutes=policy.stale_minutes)
    whom = each_once(incident.holder(Role.COMMANDER) or incident.reporter, incident.service_owner)
    return (Deadline(key_of("stale", last), last + allowed, (PromptStep(last + allowed, "stale", whom),), allowed),)
