"""`oncall`: who is on call for a service and who is called after them. A question; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.policy import Policy, Service
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId, person_named


@dataclass(frozen=True)
class Watch:
    """One service: its owner, who is on call, and whom an escalation calls, in order."""

    service: str
    owner: PersonId | None
    owner_group: str
    on_call: tuple[PersonId, ...]
    ladder: tuple[PersonId, ...]
    timeout_minutes: int | None


@dataclass(frozen=True)
class OncallView:
    """What the answer shows: one service, or all of them."""

    watches: tuple[Watch, ...]


class Oncall(Verb):
    """Show who is on call for this incident's service, for one you name, or for all."""

    name = "oncall"
    aliases = ("who",)
    group = Group.ROLES
    asks = True
    needs_incident = False

    service: Annotated[str | None, FormField("Service", Control.SERVICE, leading=True)] = None

    def decide(self, now: DecisionContext) -> tuple[()]:
        """Refuse a service that the catalogue does not name."""
        if self.service is not None and self.service not in now.policy.services:
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service")
        return ()

    def view(self, now: DecisionContext) -> OncallView:
        """Give who watches over the service asked for, the incident's, or each."""
        named = self.service or (now.incident.service if now.incident else None)
        services = now.policy.services
        asked = {named: services[named]} if named in services else services
        return OncallView(tuple(_watch(now.team, now.policy, name, entry) for name, entry in asked.items()))


def _watch(team: str, policy: Policy, name: str, service: Service) -> Watch:
    ladder = policy.ladders.get(service.ladder or "")
    return Watch(
        service=name,
        owner=person_named(team, service.owner),
        owner_group=service.owner_group,
        on_call=_people(team, policy.rosters.get(service.roster or "", ())),
        ladder=_people(team, ladder.rungs if ladder else ()),
        timeout_minutes=ladder.timeout_minutes if ladder else None,
    )


def _people(team: str, members: tuple[str, ...]) -> tuple[PersonId, ...]:
    named = (person_named(team, member) for member in members)
    return tuple(person for person in named if person is not None)
