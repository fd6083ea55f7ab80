"""Who may see an incident. The one place that decides it, asked by every outward effect; nobody has a way round it."""

from __future__ import annotations

from incident.model.incident import Incident
from roles.person_ids import MUSTER, PersonId


def is_restricted(incident: Incident) -> bool:
    """Tell whether only those involved may see more of it than its number."""
    return incident.restricted


def may_see(incident: Incident, person: PersonId) -> bool:
    """Tell whether somebody may see the incident: anybody when it is open, only those involved when restricted."""
    return not is_restricted(incident) or person == MUSTER or person in involved(incident)


def may_stand_in(incident: Incident, *, is_private: bool) -> bool:
    """Tell whether words of the incident may stand in a channel besides its own: in private ones alone when restricted."""
    return is_private or not is_restricted(incident)


def is_exposed(incident: Incident) -> bool:
    """Tell whether the incident is restricted and yet its channel is one that everybody may read."""
    return is_restricted(incident) and incident.places.channel is not None and not incident.places.private


def involved(incident: Incident) -> frozenset[PersonId]:
    """Name who is part of the incident: reporter, owner, who holds a role, was called, has a task, is in its channel.

    Anybody can walk into a public channel, so to be in one involves nobody.
    """
    people = {incident.reporter, *(incident.members if incident.places.private else ())}
    people.update(i.who for i in incident.roles if i.until is None or incident.is_over)
    people.update(o.to for o in incident.offers)
    people.update(e.person for e in incident.escalations if e.person and e.answer != "declined")
    people.update(a.assignee for a in incident.actions)
    if incident.service_owner:
        people.add(incident.service_owner)
    if incident.review:
        people.add(incident.review.owner)
    return frozenset(people)
