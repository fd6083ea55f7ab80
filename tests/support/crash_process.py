"""A process that dies by SIGKILL at a named moment of its work. `main` is the target of a forked process."""

from __future__ import annotations

import os
import signal

from incident.entries.conversation import Noted
from incident.entry import IncidentKey
from incident.ports import Outcome, UnitOfWork
from storage.store import open_store
from tests.support.recorded_team import RECORD_START, TEAM, draft, step


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def note(unit: UnitOfWork, key: IncidentKey) -> None:
    unit.load(key)
    step(unit, key, draft(Noted(text="Written by the one who died")))
    unit.remember("Ev9", Outcome(verb="note", key=key, at=RECORD_START))


def main(url: str, moment: str) -> None:
    store = open_store(url, team=TEAM)
    key = store.queries.incidents(TEAM)[0].key
    if moment == "within":
        store.recorder.transact(lambda unit: (note(unit, key), die()))
    if moment == "committed":
        store.recorder.transact(lambda unit: note(unit, key))
        die()
    store.jobs.claim(RECORD_START, "the one who died", limit=1, lease_seconds=60)
    die()
