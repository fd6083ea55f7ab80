"""How facts about events change the organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from incident.entry import Entry
from incident.fold.change import Change
from organisation.entries.event_changes import EventJudged, EventReceived, EventRepeated
from organisation.model.event_state import Event
from organisation.model.organisation import Organisation

# So many judged events stay in the state: repetitions and lists ask for them. All of them stay in the chain.
MOST_JUDGED: Final = 200
# Of so many alerts an event knows whether each fires; of more it counts them.
MOST_MARKS: Final = 2000
PROMPT: Final = "event"
_OF_EVENT: Final = {"event_kind", "is_implausible", "is_signed", "payload_sha256", "payload_bytes", "digest", "fired"}


def event_received(organisation: Organisation, entry: Entry, fact: EventReceived) -> Change:
    """Add the event, which awaits a judgement."""
    given = fact.model_dump(exclude=_OF_EVENT) | ({"starts_at": None} if fact.is_implausible else {})
    event = Event(
        **given,
        kind=fact.event_kind,
        received_by=entry.n,
        by=entry.by,
        received_at=entry.occurred_at,
        last_at=entry.occurred_at,
        members=max(len(fact.fired), 1),
        firing=fact.fired,
        digests=(fact.digest,) if fact.digest else (),
    )
    return {"events": (*organisation.events, event), "last_event": fact.id}


def event_repeated(organisation: Organisation, entry: Entry, fact: EventRepeated) -> Change:
    """Count what came, and set whether it fires."""

    def repeated(event: Event) -> Event:
        update = {
            "count": event.count + fact.count,
            "members": event.members + fact.members,
            "is_firing": fact.is_firing,
            "firing": firing_after(event, fact),
            "digests": tuple(dict.fromkeys((*event.digests, *fact.digests)))[:MOST_MARKS],
            "last_at": entry.occurred_at,
        }
        return event.model_copy(update=update)

    return {
        "events": _changed(organisation.events, fact.event, repeated),
        "judged_events": _changed(organisation.judged_events, fact.event, repeated),
    }


def event_judged(organisation: Organisation, entry: Entry, fact: EventJudged) -> Change:
    """End the wait for a judgement; an event that was judged before gets the new one."""
    update = {
        "judged": entry.n,
        "judged_at": entry.occurred_at,
        "judged_by": entry.by,
        **fact.model_dump(include={"is_incident", "number", "reason", "rule"}),
    }
    known = (*organisation.judged_events, *organisation.events)
    judged = tuple(one.model_copy(update=update) for one in known if one.id == fact.event)
    others = tuple(one for one in organisation.judged_events if one.id != fact.event)
    return {
        "events": tuple(one for one in organisation.events if one.id != fact.event),
        "judged_events": (*others, *judged)[-MOST_JUDGED:],
        "prompted": tuple(one for one in organisation.prompted if not one.due.startswith(f"{PROMPT}:{fact.event}:")),
    }


def firing_after(event: Event, fact: EventRepeated) -> tuple[str, ...]:
    """Return the marks of the alerts that fire after a repetition."""
    resolved = frozenset(fact.resolved)
    still = (one for one in event.firing if one not in resolved)
    return tuple(dict.fromkeys((*still, *fact.fired)))[:MOST_MARKS]


def _changed(events: tuple[Event, ...], event: str, change: Callable[[Event], Event]) -> tuple[Event, ...]:
    return tuple(change(one) if one.id == event else one for one in events)
