"""Events that await a judgement: who is asked whether each is an incident, and when. Pure.

Who is on call for its service is asked at once, the owner of the service after five minutes, then both every half hour. One
that stopped firing by itself is asked about no more; it stays among those to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.due_deadlines import next_prompt
from incident.policy import Policy
from incident.rules.service_contacts import on_call_for
from organisation.fold.event_changes import PROMPT
from organisation.model.event_state import Event
from organisation.model.organisation import Organisation
from roles.escalation_policy import levels
from roles.person_ids import PersonId, person_named

_OWNER_AFTER: Final = timedelta(minutes=5)
_REPEAT: Final = timedelta(minutes=30)
CanBeAsked = Callable[[PersonId], bool]


def event_deadlines(
    organisation: Organisation,
    policy: Policy,
    team: str,
    at: datetime,
    can_be_asked: CanBeAsked = lambda person: True,
) -> tuple[Deadline, ...]:
    """Return the deadline of every event that awaits a judgement and has not resolved by itself."""
    return tuple(
        _deadline(event, policy, team, at, can_be_asked) for event in organisation.events if _is_asked_about(event)
    )


def next_at(organisation: Organisation, policy: Policy, team: str, at: datetime) -> datetime | None:
    """Return when the next such prompt is due (UTC), never before `at`; None for never."""
    asked = {prompted.due: prompted for prompted in organisation.prompted}
    things = event_deadlines(organisation, policy, team, at)
    known = [moment for one in things if (moment := next_prompt(one, asked.get(one.key))) is not None]
    return max(min(known), at) if known else None


def people_asked(organisation: Organisation, events: Iterable[str]) -> tuple[PersonId, ...]:
    """Return who was asked about these events, each once."""
    keys = tuple(f"{PROMPT}:{event}:" for event in events)
    return each_once(*(who for one in organisation.prompted if one.due.startswith(keys) for who in one.asked))


def asked_about(
    event: Event, policy: Policy, team: str, at: datetime, can_be_asked: CanBeAsked
) -> tuple[PersonId, ...]:
    """Return who is asked first: on call for the service, else the first of its owner group, its owner, the manager."""
    known = policy.services.get(event.service or "")
    on_call = on_call_for(event.service, policy, team, at) if event.service else ()
    group = levels(team, policy.groups.get(known.owner_group, ())) if known else ()
    others = (*on_call[:1], *group[:1], _owner(event, policy, team), person_named(team, policy.people.manager))
    return tuple(who for who in each_once(*others) if can_be_asked(who))[:1]


def _deadline(event: Event, policy: Policy, team: str, at: datetime, can_be_asked: CanBeAsked) -> Deadline:
    first = asked_about(event, policy, team, at, can_be_asked)
    owner = _owner(event, policy, team)
    both = each_once(*first, owner if owner is not None and can_be_asked(owner) else None)
    start = event.received_at
    steps = (PromptStep(start, PROMPT, first), PromptStep(start + _OWNER_AFTER, PROMPT, both))
    return Deadline(key_of(PROMPT, event.id, start), start + _OWNER_AFTER, steps, _REPEAT, about=event.id)


def _is_asked_about(event: Event) -> bool:
    return event.is_firing and event.declares is None


def _owner(event: Event, policy: Policy, team: str) -> PersonId | None:
    known = policy.services.get(event.service or "")
    return person_named(team, known.owner) if known else None
