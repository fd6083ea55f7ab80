"""Deadlines of status updates: due soon, due, missed. Knows the slots that the fold holds and judges none of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.deadlines.back_off import BACKS_OFF_AFTER, last_activity
from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import resumed_at
from incident.model.components import AudienceState
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.updates.update_approval import approvers, waiting_draft
from roles.person_ids import PersonId
from roles.role_names import Role


def owed(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt the comms lead `nudge_before_minutes` before an update is due, and at its time the commander too.

    The first prompt is left out when the last update promised a time as near as that. Without a comms lead the commander
    is asked, else the reporter. A promised update is asked for like one that is owed. While an update waits for approval,
    the prompt for that is the one; when the update is due, those who may approve it are asked first. Once repetitions back
    off, no prompt comes before a slot that follows a missed one.
    """
    lead, both = _leads(incident)
    before = timedelta(minutes=policy.update_rules.nudge_before_minutes)
    found = []
    for state in incident.audiences:
        due_at = owed_at(incident, state)
        if due_at is None or state.held or is_backed_off(incident, state):
            continue
        draft = waiting_draft(incident, state.audience)
        first = approvers(incident, draft, policy) if draft else ()
        soon = PromptStep(due_at - before, "update_soon", lead)
        promised_for_soon = state.last_post_at is not None and state.last_post_at >= soon.at
        is_asked_already = promised_for_soon or draft is not None
        steps = (*(() if is_asked_already else (soon,)), PromptStep(due_at, "update_due", each_once(*first, *both)))
        found.append(Deadline(key_of("update", state.audience, due_at), due_at, steps, about=state.audience))
    return tuple(found)


def owed_at(incident: Incident, state: AudienceState) -> datetime | None:
    """Return when an audience is to get the next update (UTC): when it is owed, or when the last update promised it.

    The end of an incident ends what was promised before it.
    """
    if state.open is not None:
        return state.open.due_at
    is_past = incident.is_over and state.last_post_at is not None and state.last_post_at <= incident.states[-1].at
    return None if is_past else state.promise


def missed(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt comms lead and commander for a missed update until one is posted; at the second in a row the service owner too.

    While an update waits for approval, those who may approve it are asked first: nobody else can end the wait.
    What was missed before the incident was resumed is not asked for again.
    """
    if incident.is_over:
        return ()
    both = _leads(incident)[1]
    found = []
    for state in incident.audiences:
        streak = _missed_in_a_row(incident, state)
        if streak and not state.held:
            slot = state.slots[-1].part(state.slots[-1].count - 1)
            draft = waiting_draft(incident, state.audience)
            first = approvers(incident, draft, policy) if draft else ()
            whom = each_once(*first, *both, *((incident.service_owner,) if streak > 1 else ()))
            step = PromptStep(slot.missed_after, "update_missed", whom)
            found.append(
                Deadline(key_of("missed", state.audience, slot.due_at), slot.due_at, (step,), about=state.audience)
            )
    return tuple(found)


def is_backed_off(incident: Incident, state: AudienceState) -> bool:
    """True if the open slot of an audience follows a missed one and is due more than a day after the last activity."""
    if state.open is None or not _missed_in_a_row(incident, state):
        return False
    return state.open.due_at - last_activity(incident) > BACKS_OFF_AFTER


def _leads(incident: Incident) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
    comms, commands = incident.holder(Role.COMMS_LEAD), incident.holder(Role.COMMANDER)
    first = comms or commands or incident.contact
    return each_once(first), each_once(first, commands, None if commands else incident.service_owner)


def _missed_in_a_row(incident: Incident, state: AudienceState) -> int:
    streak, resumed = 0, resumed_at(incident)
    for slot in reversed(state.slots):
        if slot.status != "missed" or (resumed is not None and slot.missed_after <= resumed):
            break
        streak += slot.count
    last_due_at = state.slots[-1].part(state.slots[-1].count - 1).due_at if streak else None
    posted_since = last_due_at is not None and state.last_post_at is not None and state.last_post_at > last_due_at
    return 0 if posted_since else streak
