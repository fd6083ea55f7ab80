"""The folded workspace chain: what belongs to no single incident, as one value. Knows no policy and no directory."""

from __future__ import annotations

from datetime import datetime

from incident.aggregate import Aggregate
from incident.frozen import Utc
from incident.model.slack_references import OpenPrompt
from organisation.model.change_record import ChangeRecord
from organisation.model.event_state import Event
from organisation.model.shift_change import ShiftChange, SwapOffer
from organisation.model.task_state import Task
from roles.schedules.schedule import Override


class Organisation(Aggregate):
    """The state of the workspace chain after `n`, the last entry that changed it.

    `tasks` are the open ones, `finished` the latest that ended, `opened_tasks` counts all that ever were.
    `events` await a judgement, `judged_events` are the latest that have one; `last_event` is the id that was given last.
    `changes` are the latest changes of services.
    `shift_changes` are those to come, in force and of the last days; `swap_offers` wait for an answer.
    """

    n: int = 0
    last_entry_at: Utc | None = None
    tasks: tuple[Task, ...] = ()
    finished: tuple[Task, ...] = ()
    opened_tasks: int = 0
    prompted: tuple[OpenPrompt, ...] = ()
    shift_changes: tuple[ShiftChange, ...] = ()
    swap_offers: tuple[SwapOffer, ...] = ()
    events: tuple[Event, ...] = ()
    judged_events: tuple[Event, ...] = ()
    last_event: str | None = None
    changes: tuple[ChangeRecord, ...] = ()

    @property
    def recorded_until(self) -> datetime | None:
        """When the last entry that changed it was recorded (UTC); None before the first."""
        return self.last_entry_at

    def task(self, task: str) -> Task | None:
        """Return an open or lately ended task by its id, or None."""
        return next((one for one in (*self.tasks, *self.finished) if one.id == task), None)

    def event(self, event: str) -> Event | None:
        """Return an event that awaits a judgement or has lately got one, by its id, or None."""
        return next((one for one in (*self.events, *self.judged_events) if one.id == event), None)

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The changes of shifts as schedules apply them, in the order of their entries."""
        return tuple(one.override for one in self.shift_changes)
