"""What follows from events that are incidents: the jobs, and what an incident learns of its alerts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from incident.effects.job_keys import key_of
from incident.entries.outside.attached_alerts import AlertAttached, AlertChanged
from incident.entry import Entry, Fact, IncidentKey
from incident.jobs import URGENT, Job, JobKind
from incident.model.incident import Incident
from organisation.entries.event_changes import EventJudged, EventReceived, EventRepeated
from organisation.model.organisation import Organisation

# An alert that comes and goes within this time changes nothing that people see.
DEBOUNCE: Final = timedelta(seconds=30)


def event_jobs(
    after: Organisation, entries: Sequence[Entry], find: Callable[[str], IncidentKey | None], now: datetime
) -> tuple[Job, ...]:
    """Return the jobs that declare incidents by a rule, and those by which incidents learn of their alerts.

    `find` returns the key of an incident by its number.
    """
    jobs = [_declaration(after, entry.n) for entry in entries if _declares(entry.fact)]
    numbers = {number: is_new for entry in entries for number, is_new in _numbers(after, entry.fact)}
    for number, is_new in numbers.items():
        if (key := find(number)) is not None:
            run_at = now if is_new else now + DEBOUNCE
            jobs.append(Job(kind=JobKind.ALERTS, key=key_of(JobKind.ALERTS, key), incident=key, run_at=run_at))
    return tuple(jobs)


def alert_changes(incident: Incident, organisation: Organisation) -> Iterator[Fact]:
    """Yield what an incident does not know of its events yet: a new one, other alerts, or that they fire or are over."""
    known = {one.event: one for one in incident.alerts}
    for event in (*organisation.judged_events, *organisation.events):
        if event.number != incident.number:
            continue
        before = known.get(event.id)
        if before is None:
            yield AlertAttached(
                event=event.id,
                source=event.source,
                text=event.text,
                link=event.link,
                starts_at=event.starts_at,
                is_firing=event.is_firing,
                members=event.members,
                is_first=not known and incident.states[0].at >= event.received_at,
            )
        elif (before.is_firing, before.members) != (event.is_firing, event.members):
            yield AlertChanged(event=event.id, is_firing=event.is_firing, members=event.members)


def _declares(fact: Fact) -> bool:
    return isinstance(fact, EventReceived) and fact.declares is not None


def _declaration(after: Organisation, n: int) -> Job:
    key = key_of(JobKind.EVENT_DECLARATION, after.key, n)
    return Job(kind=JobKind.EVENT_DECLARATION, key=key, incident=after.key, entry=n, rank=URGENT)


def _numbers(after: Organisation, fact: Fact) -> Iterator[tuple[str, bool]]:
    if isinstance(fact, EventJudged) and fact.number is not None:
        yield fact.number, True
    elif isinstance(fact, EventRepeated):
        event = after.event(fact.event)
        if event is not None and event.number is not None:
            yield event.number, False
