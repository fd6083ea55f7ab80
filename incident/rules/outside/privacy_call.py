"""The page of the privacy officer, once it is on record that personal data are affected. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from incident.entries.role_holders import Escalated
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Person
from incident.rules.outside.personal_data import affects_personal_data
from incident.rules.responders.attendance import can_be_asked, unavailability
from incident.rules.responders.first_call import automatic_call
from incident.rules.responders.open_calls import open_call_to
from incident.states import RESPONDING
from roles.person_ids import PersonId, person_named


def privacy_call(
    incident: Incident, policy: Policy, at: datetime, actor: PersonId, person: Callable[[PersonId], Person | None]
) -> Escalated | None:
    """Return the call of the privacy officer for a decision, or None: they recorded it, are called already, or cannot be reached (S2-22).

    It is due once, when personal data are first on record as affected. A drill and what is over call no one.
    """
    named = policy.people.privacy_officer
    officer = person_named(incident.key.team, named) if named else None
    is_first = affects_personal_data(incident) is None
    if officer is None or officer == actor or not is_first or incident.drill or incident.state not in RESPONDING:
        return None
    is_reached = can_be_asked(incident, officer) and unavailability(person(officer)) is None
    if not incident.is_live or not is_reached or open_call_to(incident, officer, at) is not None:
        return None
    return automatic_call("hierarchical", (officer,), incident, policy, at)
