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
from incident.rules.responders.open_calls import is_waited_for, joined_call, levels_to_call, next_round, taken_by
from incident.states import RESPONDING
from roles.escalation_policy import levels_after
from roles.person_ids import MUSTER


def missed(incident: Incident, policy: Policy, at: datetime) -> tuple[NewEntry, ...]:
    """Return the entries for the deadline that passed first and is unmet at `at`; none when there is no such one.

    An unmet deadline is a missed update slot or an unanswered page (S1-45); after both, the page of the next level of an
    escalation whose last person declined or did not answer.
    """
    unanswered = _unanswered(incident, at)
    missed = update_slots.missed(incident, policy, at)
    if missed and (unanswered is None or _missed_at(incident, missed[0]) <= lapses_at(incident, unanswered)):
        return _drafts(missed, _missed_at(incident, missed[0]))
    if unanswered is not None:
        return _drafts((EscalationLapsed(escalation=unanswered.n),), lapses_at(incident, unanswered))
    following = (page for call in _to_follow(incident) if (page := next_page(incident, call, at)) is not None)
    return _drafts(tuple(following)[:1], at)


def next_page(incident: Incident, escalation: Escalation, at: datetime) -> Escalated | None:
    """Return the page of the next level that can be reached, None when there is none or a person has accepted (S1-45).

    A level that is being called already is not called again: what became of that call decides. It has as long to answer as the level before had, at least one minute.
    """
    levels = levels_to_call(incident, escalation)
    if not levels or taken_by(incident, escalation) is not None or joined_call(incident, escalation, at) is not None:
        return None
    waited = _answer_by(escalation) - (escalation.effective_at or escalation.at)
    person, again = levels[0], next_round(incident, escalation)
    return Escalated(
        how=escalation.how,
        to=person,
        person=person,
        reason=escalation.reason,
        answer_by=at + max(waited, timedelta(minutes=1)),
        ladder=levels_after(again or escalation.ladder, person),
        follows=escalation.n,
        automatic=True,
        rounds=escalation.rounds - (1 if again else 0),
        levels=escalation.levels,
        last=escalation.last,
    )


def waited_for(incident: Incident) -> tuple[Escalation, ...]:
    """Return the pages with a time to answer by.

    One whose time ended before the incident was resumed is past, and one that was recorded afterwards waits for no answer.
    """
    resumed = resumed_at(incident)
    timed = (e for e in incident.escalations if e.answer_by is not None and e.effective_at is None)
    return tuple(e for e in timed if resumed is None or _answer_by(e) > resumed)


def lapses_at(incident: Incident, call: Escalation) -> datetime:
    """Return when a page lapses without an answer (UTC): at once when the person called becomes unavailable."""
    gone = (absence.at for absence in incident.absences if absence.who == call.person)
    return min([_answer_by(call), *(max(at, call.at) for at in gone)])


def _is_gone(incident: Incident, call: Escalation) -> bool:
    return lapses_at(incident, call) < _answer_by(call)


def _unanswered(incident: Incident, at: datetime) -> Escalation | None:
    late = [e for e in waited_for(incident) if is_waited_for(incident, e) and _has_lapsed(incident, e, at)]
    return min(late, key=lambda call: lapses_at(incident, call), default=None)


def _has_lapsed(incident: Incident, call: Escalation, at: datetime) -> bool:
    return _is_gone(incident, call) or _answer_by(call) < at


def _to_follow(incident: Incident) -> list[Escalation]:
    if incident.state not in RESPONDING:
        return []
    return [e for e in waited_for(incident) if e.answer in ("declined", "lapsed") and not e.followed]


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
