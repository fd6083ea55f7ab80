"""Who may see an incident: the one place that decides it, asked by every outward effect."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.responders.open_calls import taken_by
from roles.person_ids import MUSTER, PersonId


def is_restricted(incident: Incident) -> bool:
    """True if only those involved may see more of the incident than its number."""
    return incident.restricted


def may_see(incident: Incident, person: PersonId, *, is_guest: bool = False) -> bool:
    """True if a person may see the incident: every member when it is open, those involved when it is restricted.

    A guest sees the incidents in whose channels they are.
    """
    if is_guest:
        return person in incident.members
    return not is_restricted(incident) or person == MUSTER or person in involved(incident)


def is_called(incident: Incident, person: PersonId) -> bool:
    """True if the person may accept a call that no one has taken. It shows them no more of a restricted incident than its number."""
    calls = (call for call in incident.escalations if call.person == person and call.answer in (None, "lapsed"))
    return not incident.is_over and any(taken_by(incident, call) is None for call in calls)


def is_notified(incident: Incident, person: PersonId) -> bool:
    """True if a rule of the policy notified the person. Of a restricted incident they learn its number, no more."""
    return any(one.is_for(person) for one in incident.notices)


def may_reach(
    incident: Incident,
    person: PersonId,
    *,
    is_guest: bool = False,
    channel: str | None,
    is_claimed: bool,
    is_answer: bool = False,
) -> bool:
    """True if a person may act on the incident: from its channel, or from elsewhere if they may see it or answer its call.

    A channel that only a button or a form names (`is_claimed`) counts for those who are in it by the record.
    """
    names_channel = channel is not None and channel == incident.places.channel
    is_here = names_channel and (not is_claimed or person in incident.members)
    return (
        is_here
        or may_see(incident, person, is_guest=is_guest)
        or (is_answer and (is_called(incident, person) or is_notified(incident, person)))
    )


def may_stand_in(incident: Incident, *, is_private: bool) -> bool:
    """True if text of the incident may be posted in a channel besides its own; a restricted one's only in private ones."""
    return is_private or not is_restricted(incident)


def may_be_announced(incident: Incident) -> bool:
    """True unless the incident is restricted, a drill, or declared afterwards."""
    return not is_restricted(incident) and not incident.drill and incident.adopted is None


def is_announced(incident: Incident, policy: Policy) -> bool:
    """True if the incident may be announced, and was or is to be: it is major, or of a priority that the policy announces.

    What was announced once stays so when its priority is lowered.
    """
    is_grave = incident.major or incident.priority is None or incident.priority in policy.announced_priorities
    return may_be_announced(incident) and (is_grave or incident.places.announced_ts is not None)


def is_exposed(incident: Incident) -> bool:
    """True if the incident is restricted and its channel is public."""
    return is_restricted(incident) and incident.places.channel is not None and not incident.places.private


def involved(incident: Incident) -> frozenset[PersonId]:
    """Return who is involved: reporter, owner, role holders, who accepted a call, assignees, members of a private channel.

    Anyone can join a public channel, so its members are not involved by that. Who is called is not until they accept.
    """
    people = {incident.contact, *(incident.members if incident.places.private else ())}
    people.update(i.who for i in incident.roles if i.until is None or incident.is_over)
    people.update(o.to for o in incident.offers)
    people.update(e.holder for e in incident.escalations if e.holder and e.answer == "accepted")
    people.update(a.assignee for a in incident.actions)
    if incident.service_owner:
        people.add(incident.service_owner)
    if incident.review:
        people.add(incident.review.owner)
    return frozenset(people)
