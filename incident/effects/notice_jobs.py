"""The jobs that follow from notices by the policy's rules: what each person gets in Slack and outside it, and its edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incident.effects.job_keys import key_of
from incident.effects.notifications import needs_of
from incident.entries.delivery import NoticeDelivered, NoticeSeen, Notified
from incident.entry import Entry
from incident.jobs import NORMAL, URGENT, Job, JobKind, Rank
from incident.medium import Medium
from incident.model.incident import Incident
from incident.model.response.policy_notice import Notice
from roles.person_ids import PersonId


def notice_jobs(after: Incident, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return the messages of new notices, and the edits of those that someone has confirmed."""
    return tuple(job for entry in entries for job in _of_entry(after, entry))


def _of_entry(after: Incident, entry: Entry) -> Iterator[Job]:
    fact = entry.fact
    if isinstance(fact, Notified):
        notice = _notice(after, entry.n)
        yield from _messages(after, notice, URGENT)
        yield from (one for who in fact.people for one in _outside(after, notice, who))
    elif isinstance(fact, NoticeDelivered) and fact.medium is Medium.SLACK:
        notice = _notice(after, fact.notified)
        # Who is in a user group is known once Slack was asked for its members.
        is_member = notice is not None and fact.who not in notice.people
        yield from _outside(after, notice, fact.who) if is_member else ()
    elif isinstance(fact, NoticeSeen):
        yield from _messages(after, _notice(after, fact.notified), NORMAL)


def _notice(after: Incident, n: int) -> Notice | None:
    return next((one for one in after.notices if one.n == n), None)


def _messages(after: Incident, notice: Notice | None, rank: Rank) -> Iterator[Job]:
    if notice is not None:
        yield from (_job(after, JobKind.NOTICE, notice.n, rank, person=who) for who in notice.people)
        yield from (_job(after, JobKind.NOTICE, notice.n, rank, group=group) for group in notice.groups)


def _outside(after: Incident, notice: Notice | None, person: PersonId) -> Iterator[Job]:
    """Yield the job of each medium that brings the notice to a person outside Slack; its template names the medium."""
    if notice is None:
        return
    kind = JobKind.NOTICE_OUTSIDE
    for medium in notice.media:
        key = key_of(kind, after.key, notice.n, person, medium)
        yield Job(
            kind=kind,
            key=key,
            incident=after.key,
            entry=notice.n,
            person=person,
            template=medium.value,
            rank=URGENT,
        )


def _job(
    after: Incident, kind: JobKind, n: int, rank: Rank, *, person: PersonId | None = None, group: str | None = None
) -> Job:
    """Return the job for one person in Slack, or for a user group, which its template names."""
    return Job(
        kind=kind,
        key=key_of(kind, after.key, n, person or group or ""),
        incident=after.key,
        entry=n,
        person=person,
        template=group,
        rank=rank,
        needs=needs_of(after, kind),
    )
