"""Who may read a task: its text says as much of an incident as the incident itself."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.rules.visibility import may_see
from organisation.model.task_state import Task
from roles.person_ids import PersonId


def may_read(task: Task, person: PersonId, incident: Incident | None) -> bool:
    """True if a person may read a task. `incident` is the one that it is from, None for one that is gone by now."""
    if task.incident is None or person in (task.owner, task.opener):
        return True
    return incident is not None and may_see(incident, person)
