"""`oncall`: who is on call for a service now or at another time, until when, who is next, and who is paged after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.frozen import Utc
from incident.policy import Service
from incident.refusal import Code, Refusal
from incident.rules.service_contacts import empty_levels, escalation_policy_of, levels_of, schedule_for
from roles.person_ids import PersonId, person_named
from roles.schedules.feed_copy import FeedCopy
from roles.schedules.people_on_call import OnCall, who
from roles.schedules.shifts import Shift, next_handover


@dataclass(frozen=True)
class ServiceOnCall:
    """One service: its owner, who is on call and why, who follows them, and the escalation policy's people in order.

    `following` is None where the same people go on; `empty` are schedules among the levels with no one on call.
    `feed` is the copy of the feed that its schedule has its shifts from.
    """

    service: str
    owner: PersonId | None
    owner_group: str
    people: tuple[OnCall, ...]
    following: Shift | None
    levels: tuple[PersonId, ...]
    empty: tuple[str, ...]
    timeout_minutes: int | None
    feed: FeedCopy | None = None

    @property
    def on_call(self) -> tuple[PersonId, ...]:
        """The people who are on call, in the order in which they are asked."""
        return tuple(one.person for one in self.people)


@dataclass(frozen=True)
class OncallView:
    """One service, or all of them; `at` is None for now."""

    services: tuple[ServiceOnCall, ...]
    at: datetime | None


class Oncall(Verb):
    """Show who is on call, now or at another time: for this incident's service, a service you name, or all."""

    name = "oncall"
    aliases = ("who", "on call", "on-call", "who is on call")
    group = Group.ROLES
    is_query = True
    needs_incident = False

    service: Annotated[str | None, FormField("Service", Control.SERVICE, leading=True)] = None
    at: Annotated[Utc | None, FormField("When", Control.MOMENT, "Leave empty for now", words=("at", "on", "when"))] = (
        None
    )

    def decide(self, now: DecisionContext) -> tuple[()]:
        """Refuse a service that the catalogue does not name."""
        if self.service is not None and self.service not in now.policy.services:
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service", services=", ".join(now.policy.services))
        return ()

    def view(self, now: DecisionContext) -> OncallView:
        """Return the on-call people of the service asked for, of the incident's service, or of each."""
        named = self.service or (now.incident.service if now.incident else None)
        services = now.policy.services
        chosen = {named: services[named]} if named in services else services
        at = self.at or now.at
        return OncallView(tuple(_service_on_call(now, name, entry, at) for name, entry in chosen.items()), self.at)


def _service_on_call(now: DecisionContext, name: str, service: Service, at: datetime) -> ServiceOnCall:
    escalation = escalation_policy_of(name, now.policy)
    schedule = schedule_for(name, now.policy, now.team)
    return ServiceOnCall(
        service=name,
        owner=person_named(now.team, service.owner),
        owner_group=service.owner_group,
        people=who(schedule, at),
        following=next_handover(schedule, at),
        levels=levels_of(name, now.policy, now.team, at),
        empty=empty_levels(name, now.policy, now.team, at),
        timeout_minutes=escalation.timeout_minutes if escalation else None,
        feed=now.policy.feed_of(schedule.name),
    )
