"""The jobs that follow from notices by the policy's rules: a direct message and a mail to each person, and their edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incident.effects.job_keys import key_of
from incident.effects.notifications import needs_of
from incident.entries.delivery import NoticeSeen, Notified
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
        yield from _messages(after, _notice(after, entry.n), URGENT)
        yield from (_job(after, JobKind.NOTICE_MAIL, entry.n, URGENT, person=who) for who in fact.people)
    elif isinstance(fact, NoticeSeen):
        yield from _messages(after, _notice(after, fact.notified), NORMAL)


def _notice(after: Incident, n: int) -> Notice | None:
    return next((one for one in after.notices if one.n == n), None)


def _messages(after: Incident, notice: Notice | None, rank: Rank) -> Iterator[Job]:
    if notice is not None:
        yield from (_job(after, JobKind.NOTICE, notice.n, rank, person=who) for who in notice.people)
        yield from (_job(after, JobKind.NOTICE, notice.n, rank, group=group) for group in notice.groups)


def _job(
    after: Incident, kind: JobKind, n: int, rank: Rank, *, person: PersonId | None = None, group: str | None = None
) -> Job:
    """Return the job for one person, or for a user group, which its template names; that of a mail names its medium."""
    is_mail = kind is JobKind.NOTICE_MAIL
    return Job(
        kind=kind,
        key=key_of(kind, after.key, n, person or group or ""),
        incident=after.key,
        entry=n,
        person=person,
        template=Medium.EMAIL.value if is_mail else group,
        rank=rank,
        needs=None if is_mail else needs_of(after, kind),
    )
