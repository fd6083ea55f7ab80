"""Who can be asked for something: not a deactivated account, a guest, a bot, an outsider, or a person no message reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from incident.entries.role_holders import OwnerLeft, PersonAvailable, PersonUnavailable
from incident.model.absence import Absence
from incident.model.incident import Incident
from incident.ports import Person
from roles.accounts import Unavailability
from roles.person_ids import PersonId, is_external, slack_user
from roles.role_names import Role

Found = PersonUnavailable | PersonAvailable | OwnerLeft


def can_be_asked(incident: Incident, person: PersonId) -> bool:
    """True if the person is one of our workspace in Slack and is not recorded as unavailable."""
    is_ours = slack_user(person) is not None and not is_external(person, incident.key.team)
    return is_ours and all(absence.who != person for absence in incident.absences)


def unavailability(known: Person | None) -> Unavailability | None:
    """Return why the account of a person cannot be asked, or None; an account that is not known is taken as present."""
    if known is None:
        return None
    if not known.is_active:
        return Unavailability.DEACTIVATED
    if known.is_bot:
        return Unavailability.BOT
    return Unavailability.GUEST if known.is_guest else None


def last_active(incident: Incident) -> PersonId | None:
    """Return the person who was last active and can be asked, or None."""
    latest_first = sorted(incident.last_seen, key=lambda seen: seen.at, reverse=True)
    return next((seen.who for seen in latest_first if can_be_asked(incident, seen.who)), None)


def next_in_charge(incident: Incident) -> PersonId | None:
    """Return who is asked in place of people who cannot be: the commander, else the next in charge who can."""
    roles = (Role.COMMANDER, Role.DEPUTY, Role.TECH_LEAD)
    holders = [who for role in roles for who in incident.holders(role)]
    people = (*holders, last_active(incident), incident.contact, incident.service_owner)
    return next((who for who in people if who is not None and can_be_asked(incident, who)), None)


def unavailable(incident: Incident, who: PersonId, why: Unavailability) -> PersonUnavailable:
    """Return the fact that a person cannot be asked, with what they held and were offered."""
    return PersonUnavailable(
        who=who,
        why=why,
        roles=tuple(held.role for held in incident.roles if held.who == who and held.until is None),
        offers=tuple(offer.role for offer in incident.offers if offer.to == who),
    )


def changes(incident: Incident, person: Callable[[PersonId], Person | None]) -> tuple[Found, ...]:
    """Return who became unavailable by the directory, and who can be asked again; `person` looks the directory up."""
    absent = {absence.who for absence in incident.absences}
    why = {who: unavailability(person(who)) for who in _concerned(incident) if who not in absent}
    gone = (unavailable(incident, who, reason) for who, reason in why.items() if reason is not None)
    left = _owner_left(incident, person)
    back = (PersonAvailable(who=one.who) for one in incident.absences if _is_back(incident, one, person(one.who)))
    return (*gone, *left, *back)


def _owner_left(incident: Incident, person: Callable[[PersonId], Person | None]) -> tuple[OwnerLeft, ...]:
    """Return that the owner of the service left, by the directory, while the incident goes on."""
    owner = incident.service_owner
    is_gone = owner is not None and unavailability(person(owner)) is not None
    return (OwnerLeft(who=owner),) if owner is not None and is_gone and not incident.is_over else ()


def _is_back(incident: Incident, absence: Absence, known: Person | None) -> bool:
    if absence.why is not Unavailability.UNREACHABLE:
        return known is not None and unavailability(known) is None
    seen = (one.at for one in incident.last_seen if one.who == absence.who)
    return absence.who in incident.members or any(at > absence.at for at in seen)


def _concerned(incident: Incident) -> Iterable[PersonId]:
    """Return everyone whom a deadline or a call of the incident may ask, each once."""
    calls = incident.escalations
    waiting = [call for call in calls if call.answer is None or ((call.ladder or call.rounds) and not call.followed)]
    people = [
        *(held.who for held in incident.roles if held.until is None),
        *(who for offer in incident.offers for who in (offer.from_who, offer.to)),
        *(who for call in waiting for who in (call.person, *call.ladder, *call.levels, call.last)),
        *(action.assignee for action in incident.actions if action.done_at is None),
        *(fix.owner for fix in incident.temp_fixes if fix.removed_at is None),
        incident.resolution.by if incident.resolution else None,
        incident.review.owner if incident.review else None,
        incident.contact,
        incident.service_owner,
        last_active(incident),
    ]
    return dict.fromkeys(who for who in people if who is not None and slack_user(who) is not None)
