"""`oncall`: who is on call for a service and who is paged after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.policy import Policy, Service
from incident.refusal import Code, Refusal
from incident.rules.service_contacts import escalation_policy_of, levels_of, on_call_for
from roles.person_ids import PersonId, person_named


@dataclass(frozen=True)
class ServiceOnCall:
    """One service: its owner, who is on call, and the escalation policy's people in order."""

    service: str
    owner: PersonId | None
    owner_group: str
    on_call: tuple[PersonId, ...]
    levels: tuple[PersonId, ...]
    timeout_minutes: int | None


@dataclass(frozen=True)
class OncallView:
    """One service, or all of them."""

    services: tuple[ServiceOnCall, ...]


class Oncall(Verb):
    """Show who is on call: for this incident's service, a service you name, or all."""

    name = "oncall"
    aliases = ("who", "on call", "on-call", "who is on call")
    group = Group.ROLES
    is_query = True
    needs_incident = False

    service: Annotated[str | None, FormField("Service", Control.SERVICE, leading=True)] = None

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
        return OncallView(tuple(_service_on_call(now.team, now.policy, name, entry) for name, entry in chosen.items()))


def _service_on_call(team: str, policy: Policy, name: str, service: Service) -> ServiceOnCall:
    escalation = escalation_policy_of(name, policy)
    return ServiceOnCall(
        service=name,
        owner=person_named(team, service.owner),
        owner_group=service.owner_group,
        on_call=on_call_for(name, policy, team),
        levels=levels_of(name, policy, team),
        timeout_minutes=escalation.timeout_minutes if escalation else None,
    )
