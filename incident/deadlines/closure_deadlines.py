"""Deadlines of the end of an incident and after it: closure checklist, temporary fixes, review, inactivity."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.back_off import is_calm
from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.business_days import in_working_hours
from incident.rules.closure_criteria import lacks_owner
from incident.states import RESPONDING, VOID, State
from roles.person_ids import PersonId, person_named
from roles.role_names import Role

_AGAIN: Final = timedelta(hours=4)


def confirmation(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt the service owner to confirm that the service is back, while closing waits for that (S1-55).

    From when the restoration was recorded; after `closure_repeat_minutes`, in working hours, those who may close are asked
    too; then on ever rarer mornings.
    """
    owner, closing = incident.service_owner, {State.RESTORED, State.RESOLVED}
    since = next((item.at for item in reversed(incident.states) if item.new is State.RESTORED), None)
    if incident.state not in closing or owner is None or since is None or not lacks_owner(incident, policy):
        return ()
    again = timedelta(minutes=policy.closure_repeat_minutes)
    steps = (
        PromptStep(since, "confirmation", (owner,)),
        PromptStep(
            in_working_hours(since + again, policy.work_hours),
            "confirmation",
            each_once(owner, *_who_may_close(incident, policy)),
        ),
    )
    return (Deadline(key_of("confirmation", since), since + again, steps, again),)


def _who_may_close(incident: Incident, policy: Policy) -> tuple[PersonId, ...]:
    """Return the holders of the roles that may close, else the people of the groups that may, else the reporter."""
    holders = [held.who for held in incident.roles if held.role in policy.authority.close and held.until is None]
    members = (member for group in policy.authority.close for member in policy.groups.get(group, ()))
    named = (person_named(incident.key.team, member) for member in members)
    return tuple(holders) or each_once(*named) or (incident.contact,)


def closure(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for the open items of the closure checklist (S1-98).

    From when the resolution was recorded, again after `closure_repeat_minutes` in working hours, then on ever rarer mornings
    until the incident is closed. Asked is the commander, else who resolved it, else the reporter. One that was over before
    it was put on record has the checklist once, and no one is asked.
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
    again = in_working_hours(recorded_at + repeat, policy.work_hours)
    steps = (PromptStep(recorded_at, "closure", whom), PromptStep(again, "closure", whom))
    return (Deadline(key, recorded_at + repeat, steps, repeat),)


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
    """Prompt the owner of the review when another person schedules it, one day before it and at its start, until it was held."""
    review = incident.review
    if review is None or incident.state in VOID or incident.aftermath.meeting is not None:
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
    """Prompt whether a responding incident still goes on, after the policy's `stale_minutes` without activity (S1-07).

    Activity is any act or message of a person, and the resumption of the incident. Asked is the commander (else the
    reporter); after as long again the service owner too, and then every four hours, or as often as `stale_minutes` if that is
    rarer; in working hours where it can wait.
    """
    if incident.state not in RESPONDING:
        return ()
    active = [seen.at for seen in incident.last_seen] or [incident.times.logged_at or incident.last_entry_at]
    last, allowed = latest(incident, *active), policy.silence_of(incident.priority)
    near = incident.holder(Role.COMMANDER) or incident.contact
    due_at = last + allowed

    def asked(at: datetime) -> datetime:
        return in_working_hours(at, policy.work_hours) if is_calm(incident) else at

    steps = (
        PromptStep(asked(due_at), "stale", (near,)),
        PromptStep(asked(due_at + allowed), "stale", each_once(near, incident.service_owner)),
    )
    return (Deadline(key_of("stale", last), due_at, steps, max(allowed, _AGAIN)),)
