"""Which contact methods a call uses, when, and until when. Knows no address and no provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from incident.entries.delivery import PagePlanned
from incident.entries.role_holders import Escalated
from incident.entry import Entry
from incident.medium import PlannedMethod
from incident.model.call_page import CallPage
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.responders.attendance import can_be_asked
from incident.rules.responders.open_calls import taken_by
from incident.states import RESPONDING
from roles.person_ids import PersonId


def page_plan(
    incident: Incident, entry: Entry, methods: Callable[[PersonId], Sequence[PlannedMethod]]
) -> PagePlanned | None:
    """Return how the person of a call is paged beside Slack, None where the entry is no call that waits for an answer.

    One that was recorded later than it was made wakes no one. `methods` looks the person up.
    """
    call = entry.fact
    if not isinstance(call, Escalated) or call.person is None or call.answer_by is None:
        return None
    if incident.state not in RESPONDING or entry.occurred_at < min(entry.recorded_at, incident.last_entry_at):
        return None
    in_order = sorted(methods(call.person), key=lambda one: (one.delay_minutes, one.position))
    return PagePlanned(escalation=entry.n, methods=tuple(in_order))


def call_of(incident: Incident | None, n: int) -> Escalation | None:
    """Return the call of entry `n`; None where there is none, or it was taken back."""
    return next((one for one in incident.escalations if one.n == n), None) if incident else None


def page_of_call(incident: Incident, n: int) -> CallPage | None:
    """Return how the call of entry `n` is paged, None where it is not."""
    return next((one for one in incident.call_pages if one.call == n), None)


def is_settled(incident: Incident, call: Escalation) -> bool:
    """True if no page of a call is needed any more: it was answered, another took it, or the incident is not responded to.

    A call that was not answered in time is not settled: an answer that comes late counts.
    """
    return is_answered(incident, call) or incident.state not in RESPONDING


def is_answered(incident: Incident, call: Escalation) -> bool:
    """True if the person of a call has answered it, or another has taken it."""
    return call.answer in ("accepted", "declined") or taken_by(incident, call) is not None


def due_at(call: Escalation, method: PlannedMethod) -> datetime:
    """Return when a contact method of a call is due by itself (UTC)."""
    return call.at + timedelta(minutes=method.delay_minutes)


def is_wanted(incident: Incident, call: Escalation, method: PlannedMethod) -> bool:
    """True if a contact method of a call is still to be used.

    One that was due only after the call had lapsed is not: the next level is being paged by then.
    """
    if call.person is None or is_settled(incident, call) or not can_be_asked(incident, call.person):
        return False
    is_late = call.answer == "lapsed" and call.answered_at is not None and due_at(call, method) > call.answered_at
    return not is_late
