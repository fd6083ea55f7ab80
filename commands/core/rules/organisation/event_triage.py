"""Which events await a judgement, which one is meant, and who judges them."""

from __future__ import annotations

import re
from typing import Final

from commands.core.preconditions import not_authorised
from commands.core.request import RESPONDER
from commands.core.rules.incident_by_number import find_visible
from commands.core.verb import DecisionContext
from incident.entries.conversation import Redacted
from incident.entry import workspace_chain
from incident.frozen import text_fields
from incident.model.incident import Incident
from incident.record.masked_view import has_text, is_repeated
from incident.refusal import Code, Refusal
from organisation.entries import OWN
from organisation.model.event_state import EVENT_PREFIX, Event
from roles.authority import may

SHORTEST_REASON: Final = 15
_NUMBER: Final = re.compile(rf"(?:{EVENT_PREFIX}-)?(?:(?P<year>\d{{4}})-)?(?P<number>\d{{1,9}})", re.IGNORECASE)


def known_event(typed: str | None, now: DecisionContext) -> Event:
    """Return the event that is meant: `7` is the seventh of this year."""
    found = _NUMBER.fullmatch((typed or "").strip())
    name = f"{EVENT_PREFIX}-{found['year'] or now.at.year}-{found['number']:0>4}" if found else ""
    event = now.organisation.event(name)
    if event is None:
        raise Refusal(Code.BAD_VALUE, "event_unknown", "id", id=typed or "")
    return event


def event_to_judge(typed: str | None, now: DecisionContext) -> Event:
    """Return the event that is meant, for a responder. Refuses one that is judged."""
    refuse_unless_responder(now)
    event = known_event(typed, now)
    if not event.is_open:
        raise Refusal(Code.STATE, "event_judged", "id", id=event.id, number=event.number or "")
    return event


def refuse_unless_responder(now: DecisionContext) -> None:
    """Refuse an actor who is no responder."""
    if RESPONDER not in now.actor.groups:
        raise Refusal(Code.NOT_A_RESPONDER, "event_not_responder", "id")


def open_incident(number: str | None, now: DecisionContext) -> Incident:
    """Return the open incident to which an event is attached: the one named, else that of the channel."""
    if number is None and now.incident is None:
        raise Refusal(Code.MISSING_FIELDS, "event_attach_which", "number")
    incident = find_visible(number, now)
    if incident.is_over:
        raise Refusal(Code.STATE, "event_attach_over", "number", number=incident.number)
    return incident


def event_redaction(typed: str | None, reason: str | None, now: DecisionContext) -> Redacted:
    """Return the redaction of every text about an event. Refuses an actor without the authority to redact."""
    event = known_event(typed, now)
    if not reason or not reason.strip():
        raise Refusal(Code.MISSING_FIELDS, "task_redact_reason", "reason")
    if not may(now.policy.authority.redact, groups=now.actor.groups, holds=()):
        raise not_authorised("event_redact", now.policy.authority.redact, "id")
    kinds = tuple(fact.kind for fact in OWN.values() if text_fields(fact))
    found = now.reader.unmasked().entries(workspace_chain(now.team), kinds=kinds, after=event.received_by - 1)
    about = [one for one in found if _is_about(one.fact, event.id) and has_text(one) and not one.redacted]
    if not about:
        raise Refusal(Code.STATE, "redact_done", "id")
    if is_repeated(about, reason):
        raise Refusal(Code.BAD_VALUE, "redact_reason", "reason")
    return Redacted(entry=event.received_by, entries=tuple(one.n for one in about), reason=reason)


def _is_about(fact: object, event: str) -> bool:
    return event in (getattr(fact, "id", None), getattr(fact, "event", None))
