"""Deadlines that passed unmet: status updates that were not posted, pages that were not answered.

One call returns one consequence, so that the caller records it before the next follows from it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.deadlines import update_slots
from incident.deadlines.resumption import resumed_at
from incident.entries.role_holders import Escalated, EscalationLapsed
from incident.entries.status_updates import UpdateMissed, UpdatesMissed
from incident.entry import EntryPoint, Fact, NewEntry, Source
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import RESPONDING
from roles.person_ids import MUSTER


def missed(incident: Incident, policy: Policy, at: datetime) -> tuple[NewEntry, ...]:
    """Return the entries for the deadline that passed first and is unmet at `at`; none when there is no such one.

    An unmet deadline is a missed update slot or an unanswered page (S1-45); after both, the page of the next level of an
    escalation whose last person declined or did not answer.
    """
    unanswered = _unanswered(incident, at)
    missed = update_slots.missed(incident, policy, at)
    if missed and (unanswered is None or _missed_at(incident, missed[0]) <= _answer_by(unanswered)):
        return _drafts(missed, _missed_at(incident, missed[0]))
    if unanswered is not None:
        return _drafts((EscalationLapsed(escalation=unanswered.n),), _answer_by(unanswered))
    return _drafts(tuple(next_page(e, at) for e in _to_follow(incident))[:1], at)


def next_page(escalation: Escalation, at: datetime) -> Escalated:
    """Return the page of the next level, with as long to answer as the level before had, at least one minute (S1-45)."""
    waited = _answer_by(escalation) - (escalation.effective_at or escalation.at)
    person, *rest = escalation.ladder
    return Escalated(
        how=escalation.how,
        to=person,
        person=person,
        reason=escalation.reason,
        answer_by=at + max(waited, timedelta(minutes=1)),
        ladder=tuple(rest),
        follows=escalation.n,
        automatic=True,
    )


def waited_for(incident: Incident) -> tuple[Escalation, ...]:
    """Return the pages with a time to answer by.

    One whose time ended before the incident was resumed is past, and one that was recorded afterwards waits for no answer.
    """
    resumed = resumed_at(incident)
    timed = (e for e in incident.escalations if e.answer_by is not None and e.effective_at is None)
    return tuple(e for e in timed if resumed is None or _answer_by(e) > resumed)


def _unanswered(incident: Incident, at: datetime) -> Escalation | None:
    if incident.state not in RESPONDING:
        return None
    late = [e for e in waited_for(incident) if e.answer is None and _answer_by(e) < at]
    return min(late, key=_answer_by, default=None)


def _to_follow(incident: Incident) -> list[Escalation]:
    if incident.state not in RESPONDING:
        return []
    given_up = [e for e in waited_for(incident) if e.answer in ("declined", "lapsed")]
    return [e for e in given_up if e.ladder and not e.followed]


def _answer_by(escalation: Escalation) -> datetime:
    assert escalation.answer_by is not None, "only a call with a time to answer by is waited for"
    return escalation.answer_by


def _missed_at(incident: Incident, miss: Fact) -> datetime:
    slot = incident.audience(miss.audience).open if isinstance(miss, UpdateMissed | UpdatesMissed) else None
    assert slot is not None, "only an open slot is missed"
    return slot.missed_after


def _drafts(facts: tuple[Fact, ...], occurred_at: datetime) -> tuple[NewEntry, ...]:
    source = Source(surface=EntryPoint.TIMER)
    return tuple(NewEntry(fact=fact, by=MUSTER, occurred_at=occurred_at, source=source) for fact in facts)
