"""Whom the policy names for a service: who is on call, and the levels of its escalation policy.

A list of people (`rosters`) is a schedule by which they are always on call.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from incident.policy import SCHEDULE_TARGET, EscalationPolicy, Policy
from roles import escalation_policy
from roles.person_ids import PersonId, person_named
from roles.schedules.people_on_call import who
from roles.schedules.schedule import Schedule, resolve
from roles.schedules.schedule_rules import ScheduleRules


def schedule_named(name: str, policy: Policy, team: str) -> Schedule | None:
    """Return a schedule of the policy with its overrides, or None for an unknown name. All that ask who is on call ask here."""
    rules, feed = policy.schedules.get(name), policy.feed_of(name)
    if rules is None:
        return None
    schedule = resolve(name, rules, team=team, zone=policy.time_zone)
    return schedule.with_feed(feed.shifts if feed else ()).with_overrides(policy.overrides)


def schedule_for(service: str, policy: Policy, team: str) -> Schedule:
    """Return the schedule of a service; one without people when it names none."""
    known = policy.services.get(service)
    found = schedule_named(known.schedule, policy, team) if known and known.schedule else None
    listed = policy.rosters.get(known.roster or "", ()) if known else ()
    return found or resolve("", ScheduleRules(people=listed), team=team, zone=policy.time_zone)


def on_call_for(service: str, policy: Policy, team: str, at: datetime) -> tuple[PersonId, ...]:
    """Return who is on call for a service at a moment, in the order in which they are asked."""
    return tuple(one.person for one in who(schedule_for(service, policy, team), at))


def escalation_policy_of(service: str, policy: Policy) -> EscalationPolicy | None:
    """Return the escalation policy of a service, or None when it names none."""
    known = policy.services.get(service)
    return policy.ladders.get(known.ladder or "") if known else None


def levels_of(service: str, policy: Policy, team: str, at: datetime) -> tuple[PersonId, ...]:
    """Return whom an escalation of a service pages at a moment, in order; no one when it has no escalation policy."""
    return tuple(person for _, people in _targets(service, policy, team, at) for person in people)


def empty_levels(service: str, policy: Policy, team: str, at: datetime) -> tuple[str, ...]:
    """Return the schedules that are levels of a service's escalation policy and have no one on call at a moment."""
    return tuple(name for name, people in _targets(service, policy, team, at) if name and not people)


def empty_schedules(service: str, policy: Policy, team: str, at: datetime) -> tuple[str, ...]:
    """Return the schedules of a service and of its levels that have no one on call at a moment, each once."""
    known = policy.services.get(service)
    own = known.schedule if known else None
    is_empty = own is not None and not on_call_for(service, policy, team, at)
    return tuple(dict.fromkeys(([own] if own and is_empty else []) + [*empty_levels(service, policy, team, at)]))


def _targets(
    service: str, policy: Policy, team: str, at: datetime
) -> Iterable[tuple[str | None, tuple[PersonId, ...]]]:
    """Yield the levels: the name of a schedule with those who are on call by it, or None with the person named."""
    found = escalation_policy_of(service, policy)
    for target in found.rungs if found else ():
        if target.startswith(SCHEDULE_TARGET):
            name = target.removeprefix(SCHEDULE_TARGET)
            schedule = schedule_named(name, policy, team)
            yield name, tuple(one.person for one in who(schedule, at)) if schedule else ()
        else:
            yield None, escalation_policy.levels(team, (target,))


def answer_by(at: datetime, service: str, policy: Policy) -> datetime:
    """Return when a page of this moment lapses without an answer (UTC)."""
    found = escalation_policy_of(service, policy) or EscalationPolicy()
    return at + timedelta(minutes=found.timeout_minutes)


def schedule_owners(name: str, policy: Policy, team: str) -> tuple[PersonId, ...]:
    """Return who answers for a schedule: its owner, else the owners of the services that use it."""
    rules = policy.schedules.get(name)
    owner = person_named(team, rules.owner) if rules and rules.owner else None
    return (owner,) if owner else service_owners(name, policy, team)


def service_owners(schedule: str, policy: Policy, team: str) -> tuple[PersonId, ...]:
    """Return the owners of the services that use a schedule, each once."""
    found = (person_named(team, one.owner) for one in policy.services.values() if one.schedule == schedule)
    return tuple(dict.fromkeys(person for person in found if person is not None))
