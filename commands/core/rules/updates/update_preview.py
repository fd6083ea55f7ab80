"""What an update would be if it were posted now: the facts, and the incident after them. Records nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commands.core.verb import DecisionContext
from incident.deadlines import update_slots
from incident.entries.status_updates import StatusUpdatePosted, UpdateDrafted
from incident.entry import Entry, EntryPoint, Fact, Source
from incident.fold import fold
from incident.model.incident import Incident
from roles.person_ids import MUSTER, PersonId

_SOURCE = Source(surface=EntryPoint.FORM)


@dataclass(frozen=True)
class UpdatePreview:
    """One update as it would be posted. `needs_approval`: a second person approves it before."""

    update: StatusUpdatePosted
    needs_approval: bool


@dataclass(frozen=True)
class Previews:
    """The updates that facts would post, and the incident after them."""

    updates: tuple[UpdatePreview, ...]
    incident: Incident


def previews(now: DecisionContext, facts: Sequence[Fact]) -> Previews:
    """Return what these facts would post; a draft is shown as it would be posted now."""
    posts = [(_as_posted(now, fact), isinstance(fact, UpdateDrafted)) for fact in facts if _is_update(fact)]
    incident, entries = now.open, list[Entry]()
    for update, _ in posts:
        entries.append(_entry(now, incident, update, now.actor.id))
        incident = fold.apply(incident, entries[-1])
    for fact in update_slots.follow(now.open, incident, entries, now.policy, now.at):
        incident = fold.apply(incident, _entry(now, incident, fact, MUSTER))
    return Previews(tuple(UpdatePreview(*post) for post in posts), incident)


def _is_update(fact: Fact) -> bool:
    return isinstance(fact, StatusUpdatePosted | UpdateDrafted)


def _as_posted(now: DecisionContext, fact: Fact) -> StatusUpdatePosted:
    if isinstance(fact, StatusUpdatePosted):
        return fact
    if not isinstance(fact, UpdateDrafted):
        raise TypeError(f"{fact.kind} posts no update")
    met = update_slots.match_post(now.open, fact.audience, final=fact.final, happened_at=now.happened_at, at=now.at)
    return StatusUpdatePosted(
        audience=fact.audience,
        text=fact.text,
        final=fact.final,
        next_update_at=fact.next_update_at,
        impact=fact.impact,
        **met,
    )


def _entry(now: DecisionContext, incident: Incident, fact: Fact, by: PersonId) -> Entry:
    return Entry(
        key=incident.key,
        n=incident.n + 1,
        by=by,
        occurred_at=now.happened_at,
        recorded_at=now.at,
        source=_SOURCE,
        fact=fact,
    )
