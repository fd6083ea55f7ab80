"""The worker and a schedule: Eva and Rosa take turns each week from the day before; Eva is on call, and a P1 pages who is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from incident.states import Priority
from roles.schedules.schedule_rules import ScheduleRules
from storage.store import Store
from tests.support.worker_env import START, WorkerEnv, worker_env_on

BEGAN = START - timedelta(days=1)


@contextmanager
def rig_on_call(store: Store, **rules: Any) -> Iterator[WorkerEnv]:
    """Return the bench; `rules` are more keys of the schedule, or other ones of its rotation under `rotation`."""
    with worker_env_on(store, page_priorities=[Priority.P1]) as rig:
        turns = {
            "start": BEGAN.replace(tzinfo=None),
            "every": "1 week",
            "participants": [rig.users["eva"], rig.users["rosa"]],
            **rules.pop("rotation", {}),
        }
        schedule = ScheduleRules.model_validate({"rotations": {"weekly": turns}, **rules})
        service = rig.policy.services["checkout"].model_copy(update={"schedule": "payments"})
        # Every part of the bench reads this one policy.
        object.__setattr__(rig.policy, "schedules", {"payments": schedule})
        object.__setattr__(rig.policy, "services", {"checkout": service})
        yield rig
