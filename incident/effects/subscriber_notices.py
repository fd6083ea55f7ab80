"""The direct messages to people who subscribed to an incident: which change is news, for whom, and as which job.

A notice names no text of a person, so that nothing in it has to be hidden later. Who may not see the incident, is reached
otherwise or acted gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from incident.effects.job_keys import key_of
from incident.effects.notifications import members, needs_of
from incident.entries.classification import PriorityChanged
from incident.entries.lifecycle import StateChanged, Undone
from incident.entry import Entry, Fact
from incident.jobs import LATER, Job, JobKind
from incident.model.incident import Incident
from incident.model.subscription import Subscription
from incident.rules.visibility import may_see
from incident.states import OVER, State
from roles.person_ids import PersonId

_DECLARATION: Final = 1
SETTLED: Final = OVER | {State.RESOLVED}


class News(StrEnum):
    """What a notice is about. The slugs are stored with its job."""

    DECLARED = "declared"
    RAISED = "raised"
    SETTLED = "settled"
    REOPENED = "reopened"


class Change(NamedTuple):
    """A change that subscribers read of: the number of its entry, the incident before it, and who acted."""

    news: News
    n: int
    before: Incident | None
    acted: frozenset[PersonId]


def change(before: Incident | None, after: Incident, entries: Sequence[Entry]) -> Change | None:
    """Return the one change of these entries that subscribers read of; none of a drill or of what was recorded afterwards."""
    found = None if after.drill or after.adopted is not None or not entries else _found(before, after, entries)
    if found is None:
        return None
    news, n = found
    acted = {entry.by for entry in entries} | ({item.by for item in after.states[:1]} if n == _DECLARATION else set())
    return Change(news, n, None if n == _DECLARATION else before, frozenset(acted))


def _found(before: Incident | None, after: Incident, entries: Sequence[Entry]) -> tuple[News, int] | None:
    if before is None:
        return (News.DECLARED, entries[0].n) if after.is_live else None
    if is_settled(before) != is_settled(after):
        news = News.SETTLED if is_settled(after) else News.REOPENED
        return news, _last(entries, StateChanged)
    if is_settled(after) or after.priority is None:
        return None
    if before.places.closed is None and after.places.channel is None and after.places.closed is not None:
        # The notices of the declaration died with the channel that Slack refused.
        return News.DECLARED, _DECLARATION
    is_raised = before.priority is None or after.priority < before.priority
    return (News.RAISED, _last(entries, PriorityChanged)) if is_raised else None


def _last(entries: Sequence[Entry], kind: type[Fact]) -> int:
    """Return the last entry of a kind, or the one that took such an act back."""
    return next((entry.n for entry in reversed(entries) if isinstance(entry.fact, kind | Undone)), entries[-1].n)


def is_settled(incident: Incident) -> bool:
    """True if the incident is resolved, closed or void."""
    return incident.state in SETTLED


def notices(after: Incident, found: Change, subscriptions: Iterable[Subscription]) -> tuple[Job, ...]:
    """Return one job for each person whose choice the change meets, and who may see the incident and did not act."""
    return tuple(
        _job(after, found, one.person)
        for one in subscriptions
        if _meets(one, after, found) and one.person not in found.acted and may_see(after, one.person)
    )


def _meets(chosen: Subscription, after: Incident, found: Change) -> bool:
    if found.news in (News.SETTLED, News.REOPENED):
        return chosen.has_covered(after)
    return chosen.covers(after) and not (found.before is not None and chosen.covers(found.before))


def is_current(notice: Job, incident: Incident, chosen: Subscription, later: Iterable[Entry]) -> bool:
    """True if a notice still holds: its change was not undone, and no later one brings the same person the same news.

    `later` are the changes of state and priority after it.
    """
    facts = [entry.fact for entry in later]
    if notice.template in (News.SETTLED, News.REOPENED):
        moves = [(fact.old in SETTLED) != (fact.new in SETTLED) for fact in facts if isinstance(fact, StateChanged)]
        is_true = is_settled(incident) == (notice.template == News.SETTLED)
        return is_true and chosen.has_covered(incident) and not any(moves)
    raised = [
        not chosen.covers_priority(fact.old) and chosen.covers_priority(fact.priority)
        for fact in facts
        if isinstance(fact, PriorityChanged) and not fact.initial
    ]
    return chosen.covers(incident) and not is_settled(incident) and not any(raised)


def is_reached(incident: Incident, person: PersonId) -> bool:
    """True if a person reads of the incident otherwise: in its channel, in a role, or by a call."""
    called = (call.person for call in incident.escalations)
    return person in incident.members or person in members(incident) or person in called


def _job(after: Incident, found: Change, person: PersonId) -> Job:
    """Return the job of a notice. Those to one person are sent in order; one waits for the channel, unless it was refused."""
    kind = JobKind.SUBSCRIBER_NOTICE
    return Job(
        kind=kind,
        key=key_of(kind, after.key, found.n, person),
        incident=after.key,
        entry=found.n,
        template=found.news,
        person=person,
        rank=LATER,
        ordering_key=notices_to(after.key.team, person),
        needs=needs_of(after, kind),
    )


def notices_to(team: str, person: PersonId) -> str:
    """Return the ordering key of the notices and digests to one person."""
    return f"notices:{team}:{person}"
