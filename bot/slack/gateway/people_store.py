"""Stores what Slack says of people, and has the incidents checked of those whose kind of account changed.

The database knows what was stored last, so a change is also found that happened while Muster was not running.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from incident.effects.job_keys import timer_job
from incident.ports import Person, UnitOfWork
from incident.rules.responders.attendance import unavailability
from roles.person_ids import PersonId
from storage.store import Store

_MOST_OF_A_PERSON: Final = 100


def store_people(store: Store, people: Sequence[Person], at: datetime) -> None:
    """Store people from `at` on. Raises Unavailable."""
    changes = store.directory.put(people, at)
    turned = [new.id for old, new in changes if old is not None and unavailability(old) != unavailability(new)]
    if turned:
        _check_incidents_of(store, turned, at)


def _check_incidents_of(store: Store, people: Sequence[PersonId], at: datetime) -> None:
    """Enqueue a check of the open incidents of these people: what they were asked may have to go on to others."""

    def work(unit: UnitOfWork) -> None:
        found = (one for who in people for one in unit.own_incidents(store.team or "", who, limit=_MOST_OF_A_PERSON))
        unit.enqueue([timer_job(key, at) for key in dict.fromkeys(one.key for one in found)], at)

    store.recorder.transact(work, first=False)
