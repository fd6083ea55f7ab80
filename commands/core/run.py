"""The entry point `run`: requests, passed deadlines, and results of jobs. Only it and `capture` change an aggregate.

Each is one transaction, recorded once. Knows no rule: verbs decide, the core folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from commands.core.request import Request
from commands.core.request_handler import RequestHandler, outcome_of
from commands.core.sessions.organisation_session import session_of
from commands.core.sessions.staffed_policy import staffed
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Fact, IncidentKey, Source
from incident.policy import Policy
from incident.ports import Outcome, Recorder, UnitOfWork


def run(
    request: Request, *, recorder: Recorder, policy: Policy, policy_hash: str, channel: ChannelMade | None = None
) -> Outcome:
    """Run a request or refuse it; either way it is on the record, once, when this returns.

    `channel` is the channel of an incident that had one before it could be recorded.
    """
    return recorder.transact(lambda unit: _handled(unit, request, policy, policy_hash, channel))


def _handled(
    unit: UnitOfWork, request: Request, policy: Policy, policy_hash: str, channel: ChannelMade | None
) -> Outcome:
    in_force = staffed(policy, unit, request.team)
    return RequestHandler(unit, request, in_force, policy_hash, channel).outcome()


def tick(key: IncidentKey, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome:
    """Record the deadlines that have passed, who became unavailable, and the prompts due. Safe to repeat at any time."""

    def work(unit: UnitOfWork) -> Outcome:
        session = session_of(unit, key, policy, at)
        session.record_overdue(with_absences=True)
        session.prompt()
        session.flush()
        return outcome_of("tick", session, session.entries)

    return recorder.transact(work)


def record_passed(key: IncidentKey, *, recorder: Recorder, policy: Policy, at: datetime) -> Outcome:
    """Record the deadlines that have passed and ask no one: before the record is read as of now."""

    def work(unit: UnitOfWork) -> Outcome:
        session = session_of(unit, key, policy, at)
        session.record_overdue()
        session.flush()
        return outcome_of("record_passed", session, session.entries)

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
    """Record the result of a job, once per `job`: its id and the version that it served. It happened now or earlier."""
    source = Source(surface=EntryPoint.JOB, event=job)

    def work(unit: UnitOfWork) -> Outcome:
        session = session_of(unit, key, policy, at)
        session.record_overdue()
        added = session.apply([session.by_muster(fact, source, happened_at) for fact in facts])
        session.flush()
        return outcome_of("note_outcome", session, added)

    def once(unit: UnitOfWork) -> Outcome:
        known = unit.remembered(job)
        if known is not None:
            return known.model_copy(update={"repeated": True})
        outcome = work(unit)
        unit.remember(job, outcome)
        return outcome

    return recorder.transact(once)
