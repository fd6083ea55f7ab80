"""Which direct messages follow from changes of shifts: to who is on call by one, who is not any more, and who answers a swap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from incident.effects.job_keys import key_of
from incident.entry import Entry
from incident.jobs import NORMAL, Job, JobKind
from organisation.entries.shift_changes import (
    ShiftChangeUndone,
    ShiftCovered,
    ShiftTaken,
    SwapAccepted,
    SwapDeclined,
    SwapLapsed,
    SwapOffered,
    SwapWithdrawn,
)
from organisation.model.organisation import Organisation
from roles.person_ids import PersonId


def shift_jobs(after: Organisation, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return a job per person and change. Who made the change learns of it by the answer and gets no message."""
    jobs = [_job(after, n, who) for entry in entries for n, who in _messages(entry) if who is not None]
    return tuple({job.key: job for job in jobs}.values())


def people_of(entries: Iterable[Entry]) -> tuple[PersonId, ...]:
    """Return whose shifts these entries changed, each once."""
    found = (who for entry in entries for who in _changed(entry))
    return tuple(dict.fromkeys(who for who in found if who is not None))


def _messages(entry: Entry) -> Iterator[tuple[int, PersonId | None]]:
    """Yield the entries to write about and to whom; the message of a swap that was answered is edited."""
    match entry.fact:
        case ShiftCovered() | ShiftTaken() | ShiftChangeUndone():
            yield from ((entry.n, who) for who in _changed(entry) if who != entry.by)
        case SwapOffered(to=to):
            yield entry.n, to
        case SwapAccepted(offer=offer, from_who=who) | SwapDeclined(offer=offer, from_who=who):
            yield from ((offer, entry.by), (entry.n, who))
        case SwapLapsed(offer=offer, from_who=who, to=to):
            yield from ((offer, to), (entry.n, who))
        case SwapWithdrawn(offer=offer, to=to):
            yield offer, to


def _changed(entry: Entry) -> tuple[PersonId | None, ...]:
    match entry.fact:
        case ShiftCovered(add=add, remove=remove):
            return add, remove
        case ShiftTaken(remove=remove):
            return entry.by, remove
        case SwapAccepted(from_who=who):
            return entry.by, who
        case ShiftChangeUndone(people=people):
            return people
    return ()


def _job(after: Organisation, n: int, who: PersonId) -> Job:
    key = key_of(JobKind.SHIFT_CHANGE, after.key, n, who)
    return Job(kind=JobKind.SHIFT_CHANGE, key=key, incident=after.key, entry=n, person=who, rank=NORMAL)
