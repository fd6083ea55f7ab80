"""Deadlines of corrective actions, and of the checks whether they work."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incident.deadlines.after.document_deadlines import in_sight, manager_of
from incident.deadlines.deadline import Deadline, PromptStep, key_of
from incident.model.incident import Incident
from incident.model.response.after_incident import CorrectiveAction
from incident.policy import Policy
from incident.states import VOID

_DAYS_AROUND: Final = timedelta(days=3)
_WEEK: Final = timedelta(days=7)


def actions(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for each corrective action that is neither done nor dropped (S1-69, S2-38).

    Its owner when another person assigned it, at half of its time, three days before it is due, when it is due and three days
    later; a week later the manager too; then both every week.
    """
    return tuple(_action(incident, policy, one) for one in _of(incident) if one.is_open)


def checks(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt the owner of a corrective action to check that it works, some weeks after it was done; a week later the manager too."""
    found = []
    for one in _of(incident):
        if one.check_at is not None and one.checked_at is None and one.dropped_at is None:
            both = in_sight(incident, one.owner, manager_of(incident, policy))
            steps = (
                PromptStep(one.check_at, "cap_check", in_sight(incident, one.owner)),
                PromptStep(one.check_at + _WEEK, "cap_check", both),
            )
            found.append(Deadline(key_of("cap_check", one.id, one.check_at), one.check_at, steps, _WEEK, about=one.id))
    return tuple(found)


def _of(incident: Incident) -> tuple[CorrectiveAction, ...]:
    return () if incident.state in VOID else incident.aftermath.actions


def _action(incident: Incident, policy: Policy, action: CorrectiveAction) -> Deadline:
    start, due_at = action.assigned_at, action.due_at
    moments = {start} if action.assigned_by != action.owner else set()
    moments |= {at for at in (start + (due_at - start) / 2, due_at - _DAYS_AROUND) if at > start}
    moments |= {due_at, due_at + _DAYS_AROUND}
    owner = in_sight(incident, action.owner)
    steps = [PromptStep(at, "cap", owner) for at in sorted(moments)]
    both = in_sight(incident, action.owner, manager_of(incident, policy))
    steps.append(PromptStep(due_at + _WEEK, "cap", both))
    return Deadline(key_of("cap", action.id, due_at), due_at, tuple(steps), _WEEK, about=action.id)
