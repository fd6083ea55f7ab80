"""The first door: what somebody wants, what falls due, what came of a job. Nothing but it and `capture` changes an incident.

Knows that each is one transaction, done once. Knows no rule: verbs decide, the core folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from commands.core.incident_session import IncidentSession
from commands.core.request import Request
from commands.core.request_handler import RequestHandler, outcome_of
from incident.entries.delivery import ChannelMade
from incident.entry import WORKSPACE, Entry, EntryPoint, Fact, IncidentKey, NewEntry, Source
from incident.policy import Policy
from incident.ports import Outcome, Recorder, UnitOfWork
from roles.person_ids import MUSTER


def run(
    request: Request, *, recorder: Recorder, policy: Policy, policy_hash: str, place: ChannelMade | None = None
) -> Outcome:
    """Do what a request asks or refuse it; either way it is on the record, once, when this returns.

    `place` is the channel of an incident that had one before it could be recorded.
    """
    return recorder.transact(lambda unit: RequestHandler(unit, request, policy, policy_hash, place).outcome())


def tick(key: IncidentKey, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome:
    """Record what has lapsed and ask for what is due: `run` with no verb. Safe to repeat at any time."""

    def work(unit: UnitOfWork) -> Outcome:
        working = IncidentSession(unit, key, policy, at)
        working.lapse()
        working.prompt()
        working.settle()
        return outcome_of("tick", working, working.entries)

    return recorder.transact(work)


def note_outcome(
    key: IncidentKey,
    facts: Sequence[Fact],
    *,
    job: str,
    recorder: Recorder,
    policy: Policy,
    at: datetime,
    happened_at: datetime | None = None,
) -> Outcome:
    """Record, once, what came of a job; `job` names the job and the version it served. It happened now or earlier."""
    source = Source(surface=EntryPoint.JOB, event=job)

    def in_incident(unit: UnitOfWork) -> Outcome:
        working = IncidentSession(unit, key, policy, at)
        working.lapse()
        added = working.act([working.by_muster(fact, source, happened_at) for fact in facts])
        working.settle()
        return outcome_of("note_outcome", working, added)

    def in_workspace(unit: UnitOfWork) -> Outcome:
        drafts = [NewEntry(fact=fact, by=MUSTER, occurred_at=at, source=source) for fact in facts]
        added: Sequence[Entry] = unit.append(key, drafts, at)
        return Outcome(verb="note_outcome", key=key, first=added[0].n, last=added[-1].n, at=at)

    def once(unit: UnitOfWork) -> Outcome:
        known = unit.remembered(job)
        if known is not None:
            return known.model_copy(update={"repeated": True})
        outcome = in_workspace(unit) if key.id == WORKSPACE else in_incident(unit)
        unit.remember(job, outcome)
        return outcome

    return recorder.transact(once)
