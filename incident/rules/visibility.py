"""Who may see an incident: the one place that decides it, asked by every outward effect."""

from __future__ import annotations

from incident.model.incident import Incident
from roles.person_ids import MUSTER, PersonId


def is_restricted(incident: Incident) -> bool:
    """True if only those involved may see more of the incident than its number."""
    return incident.restricted


def may_see(incident: Incident, person: PersonId) -> bool:
    """True if a person may see the incident: everyone when it is open, those involved when it is restricted."""
    return not is_restricted(incident) or person == MUSTER or person in involved(incident)


def may_stand_in(incident: Incident, *, is_private: bool) -> bool:
    """True if text of the incident may be posted in a channel besides its own; a restricted one's only in private ones."""
    return is_private or not is_restricted(incident)


def is_exposed(incident: Incident) -> bool:
    """True if the incident is restricted and its channel is public."""
    return is_restricted(incident) and incident.places.channel is not None and not incident.places.private


def involved(incident: Incident) -> frozenset[PersonId]:
    """Return who is involved: reporter, owner, role holders, people paged, assignees, members of a private channel.

    Anyone can join a public channel, so its members are not involved by that.
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
