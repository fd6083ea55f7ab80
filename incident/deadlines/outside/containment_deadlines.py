"""The deadline of containment: the review of what was to hold only until the cause is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import VOID
from roles.role_names import Role

_NEXT: Final = timedelta(days=1)
_REPEAT: Final = timedelta(days=7)


def reviews(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt for each step of containment on its review date, also of a closed incident (S2-19).

    Who did it; a day later the commander, else the service owner, too; then every seven days. A drill and a voided
    incident have none.
    """
    if incident.state in VOID or incident.drill:
        return ()
    other = incident.holder(Role.COMMANDER) or incident.service_owner
    return tuple(
        Deadline(
            key_of("containment", step.id, step.review_at),
            step.review_at,
            (
                PromptStep(step.review_at, "containment", (step.by,)),
                PromptStep(step.review_at + _NEXT, "containment", each_once(step.by, other)),
            ),
            _REPEAT,
            about=step.id,
        )
        for step in incident.containment
        if step.review_at is not None and step.is_in_place
    )
