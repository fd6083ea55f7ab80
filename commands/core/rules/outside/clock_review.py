"""The task to review the legal clocks once a regulator, a vendor or a researcher sent a notice (S2-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from commands.core.verb import DecisionContext, OpensTask
from incident.deadlines.outside.regulatory_deadlines import privacy_officer, who_decides
from incident.rules.visibility import may_see
from organisation.entries.task_changes import TaskKind, TaskOpened
from roles.person_ids import PersonId, slack_user

NOTICED_BY: Final = frozenset({"regulator", "vendor", "researcher"})
_WITHIN: Final = timedelta(days=1)


def reviewer(now: DecisionContext, origin: str) -> PersonId | None:
    """Return who reviews the clocks after a notice: the privacy officer, else who decides on reports; None where none is due.

    A notice of a regulator always asks for it, another one where a regime is in force. A drill has none.
    """
    incident = now.open
    if incident.drill or origin not in NOTICED_BY or not (incident.regimes or origin == "regulator"):
        return None
    people = (privacy_officer(incident, now.policy), *who_decides(incident, now.policy))
    return next((one for one in people if one and slack_user(one) and may_see(incident, one)), None)


def clock_review(now: DecisionContext, origin: str) -> tuple[OpensTask, ...]:
    """Return the task, due within a day."""
    owner = reviewer(now, origin)
    if owner is None:
        return ()
    task = TaskOpened(
        id="",
        task_kind=TaskKind.CLOCK_REVIEW,
        text=f"Review the legal clocks of {now.open.number}: does the notice that came in change one?",
        owner=owner,
        due_at=now.at + _WITHIN,
        incident=now.open.number,
    )
    return (OpensTask(task),)
