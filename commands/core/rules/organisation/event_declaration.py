"""What the declaration of an incident takes from the event that it is declared from. What a person typed goes first."""

from __future__ import annotations

from typing import Final

from commands.core.rules.declaration import TITLE_LENGTH, Declaration
from commands.core.rules.organisation.event_triage import event_to_judge
from commands.core.verb import DecisionContext
from incident.rules.seen_length import cut_seen
from organisation.model.event_state import Event
from roles.person_ids import slack_user

# The source of what a person records as an event.
BY_HAND: Final = "person"
EVENT_FORM: Final = r"EV-\d{4}-\d{1,9}"


def filled_in(typed: str, declaration: Declaration, now: DecisionContext) -> tuple[Event, dict[str, object]]:
    """Return the event that is meant, and the fields that it fills in. Refuses one that is judged, and who is no responder."""
    event = event_to_judge(typed, now)
    known: dict[str, object] = {
        "title": cut_seen(event.text, TITLE_LENGTH),
        "symptom": event.details,
        "service": event.service,
        "detected_at": min(event.received_at, now.at),
        "started_at": event.starts_at,
        "source": "user" if event.source == BY_HAND else event.source,
        **_reporter(event, declaration),
        **_levels(event, declaration, now),
    }
    return event, {name: value for name, value in known.items() if value and getattr(declaration, name) is None}


def _reporter(event: Event, declaration: Declaration) -> dict[str, object]:
    if declaration.reporter is not None or declaration.outside_reporter is not None:
        return {}
    if event.reporter is not None:
        return {"outside_reporter": event.reporter}
    return {"reporter": event.by} if slack_user(event.by) is not None else {}


def _levels(event: Event, declaration: Declaration, now: DecisionContext) -> dict[str, object]:
    """Return the levels that give the priority of the event; none once a person named one of them."""
    if event.priority is None or declaration.impact is not None or declaration.urgency is not None:
        return {}
    pairs = now.policy.levels_by_priority().get(event.priority, [])
    return dict(zip(("impact", "urgency"), pairs[0], strict=True)) if pairs else {}
