"""The jobs that page a person beside Slack: each attempt by a contact method, the receipt of what was sent, and its stop.

They follow from the record alone and need no channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from incident.effects.job_keys import key_of
from incident.entries.delivery import PageAttempted, PageEnded, PagePlanned
from incident.entry import Entry, workspace_chain
from incident.jobs import URGENT, Job, JobKind
from incident.medium import RECEIPTS, RINGS, TRACKED, Medium, PlannedMethod
from incident.model.call_page import CallPage, PageAttempt
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.responders.call_pages import call_of, due_at, is_settled, page_of_call
from roles.person_ids import PersonId

FIRST_RECEIPT: Final = timedelta(seconds=5)
# A provider that knows nothing of a page after a minute may have lost it; it is asked on, and the next method comes.
DOUBTFUL_RECEIPT: Final = timedelta(seconds=15)
# Twilio posts once that a call or a message has ended, and a post can be lost.
LOST_STATUS: Final = timedelta(seconds=90)
# A voice says within it what a pressed key has done, and hangs up.
GOODBYE: Final = timedelta(seconds=20)


def page_jobs(before: Incident | None, after: Incident, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return the jobs that follow from entries about pages, and the stops of those whose calls are settled now."""
    jobs = [job for entry in entries for job in _of_entry(after, entry)]
    stops = _newly_settled(before, after, entries[-1].recorded_at) if before is not None and entries else ()
    return (*jobs, *stops)


def _of_entry(after: Incident, entry: Entry) -> Iterator[Job]:
    fact = entry.fact
    if not isinstance(fact, PagePlanned | PageAttempted | PageEnded):
        return
    call, page = call_of(after, fact.escalation), page_of_call(after, fact.escalation)
    if call is None or page is None:
        return
    if isinstance(fact, PagePlanned):
        yield from (_attempt(after, call, one, due_at(call, one)) for one in page.methods)
    elif isinstance(fact, PageAttempted):
        yield from _of_attempt(after, call, page, entry, fact)
    elif fact.how in ("expired", "unreached"):
        yield from _brought_forward(after, call, page, entry.recorded_at)
        if fact.how == "unreached" and fact.medium in RECEIPTS:
            attempt = _attempt_of(page, fact.position, fact.attempt)
            yield from (_receipt(after, call, one, entry.recorded_at + DOUBTFUL_RECEIPT) for one in attempt)


def _of_attempt(after: Incident, call: Escalation, page: CallPage, entry: Entry, fact: PageAttempted) -> Iterator[Job]:
    """What was sent is followed or, where it is needless by now, stopped; what was not is repeated, and the next comes now."""
    attempt = _attempt_of(page, fact.position, fact.attempt)
    if fact.outcome == "sent":
        if is_settled(after, call):
            yield from (_stop(after, call.person, one) for one in attempt if one.medium in RINGS)
        elif fact.medium in (*RECEIPTS, *TRACKED):
            pause = FIRST_RECEIPT if fact.medium in RECEIPTS else LOST_STATUS
            yield from (_receipt(after, call, one, entry.recorded_at + pause) for one in attempt)
        return
    planned = next((one for one in page.methods if one.position == fact.position), None)
    if planned is not None and fact.retry_at is not None:
        yield _attempt(after, call, planned, fact.retry_at, fact.attempt + 1)
    yield from _brought_forward(after, call, page, entry.recorded_at)


def _attempt_of(page: CallPage, position: int, attempt: int) -> list[PageAttempt]:
    return [one for one in page.attempts if (one.position, one.attempt) == (position, attempt)]


def _brought_forward(after: Incident, call: Escalation, page: CallPage, at: datetime) -> Iterator[Job]:
    """Bring the next contact method forward to now; one that is due already, or was tried, comes no second time."""
    if page.next is not None:
        yield _attempt(after, call, page.next, min(at, due_at(call, page.next)))


def _newly_settled(before: Incident, after: Incident, at: datetime) -> Iterator[Job]:
    """Stop every page that may ring and whose call was settled, or taken back, by these entries.

    Who answers by a key is still on the telephone, and hears first that the answer counts.
    """
    for page in before.call_pages:
        call, now = call_of(before, page.call), call_of(after, page.call)
        if call is None or is_settled(before, call) or (now is not None and not is_settled(after, now)):
            continue
        is_on_the_phone = now is not None and now.medium is Medium.VOICE
        for one in (one for one in page.attempts if may_ring(one)):
            stop = _stop(after, call.person, one)
            spared = is_on_the_phone and one.medium is Medium.VOICE
            yield stop.model_copy(update={"run_at": at + GOODBYE}) if spared else stop


def may_ring(attempt: PageAttempt) -> bool:
    """True if what was sent rings until it is stopped, and nothing is known to have ended it."""
    return attempt.outcome == "sent" and attempt.medium in RINGS and attempt.ended in (None, "unreached")


def _attempt(after: Incident, call: Escalation, method: PlannedMethod, run_at: datetime, attempt: int = 1) -> Job:
    key = key_of(JobKind.PAGE_METHOD, after.key, call.n, method.position, attempt)
    job = _job(after, JobKind.PAGE_METHOD, call.n, call.person, method.medium)
    return job.model_copy(update={"key": key, "position": method.position, "attempt": attempt, "run_at": run_at})


def test_page_jobs(team: str, person: PersonId, methods: Sequence[PlannedMethod]) -> tuple[Job, ...]:
    """Return the jobs that page a person by each of their contact methods to try them; pressed twice, each is one."""
    workspace = workspace_chain(team)
    return tuple(
        Job(
            kind=JobKind.PAGE_TEST,
            key=key_of(JobKind.PAGE_TEST, workspace, person, one.position),
            incident=workspace,
            person=person,
            position=one.position,
            template=one.medium.value,
            rank=URGENT,
        )
        for one in methods
    )


def outcome_job(incident: Incident, call: Escalation, attempt: PageAttempt) -> Job:
    """Return the job that asks at once what became of a page, since its provider says that it has ended."""
    return _job(incident, JobKind.PAGE_RECEIPT, attempt.n, call.person, attempt.medium)


def _receipt(after: Incident, call: Escalation, attempt: PageAttempt, run_at: datetime) -> Job:
    job = _job(after, JobKind.PAGE_RECEIPT, attempt.n, call.person, attempt.medium)
    return job.model_copy(update={"run_at": run_at})


def _stop(after: Incident, person: PersonId | None, attempt: PageAttempt) -> Job:
    return _job(after, JobKind.PAGE_STOP, attempt.n, person, attempt.medium)


def _job(after: Incident, kind: JobKind, n: int, person: PersonId | None, medium: Medium) -> Job:
    """Return a job about entry `n`. Its template names the medium, which a failure of the job is recorded with."""
    key = key_of(kind, after.key, n)
    return Job(kind=kind, key=key, incident=after.key, entry=n, person=person, rank=URGENT, template=medium.value)
