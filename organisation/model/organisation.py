"""The folded workspace chain: what belongs to no single incident, as one value. Knows no policy and no directory."""

from __future__ import annotations

from datetime import datetime

from incident.aggregate import Aggregate
from incident.frozen import Utc
from incident.model.slack_references import OpenPrompt
from organisation.model.task_state import Task


class Organisation(Aggregate):
    """The state of the workspace chain after `n`, the last entry that changed it.

    `tasks` are the open ones, `finished` the latest that ended, `opened_tasks` counts all that ever were.
    """

    n: int = 0
    last_entry_at: Utc | None = None
    tasks: tuple[Task, ...] = ()
    finished: tuple[Task, ...] = ()
    opened_tasks: int = 0
    prompted: tuple[OpenPrompt, ...] = ()

    @property
    def recorded_until(self) -> datetime | None:
        """When the last entry that changed it was recorded (UTC); None before the first."""
        return self.last_entry_at

    def task(self, task: str) -> Task | None:
        """Return an open or lately ended task by its id, or None."""
        return next((one for one in (*self.tasks, *self.finished) if one.id == task), None)
