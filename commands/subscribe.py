"""`subscribe`: what a person gets direct messages about, stored as their own choice and never as an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator

from commands.core.fields import subscription_fields
from commands.core.fields.field_types import several
from commands.core.request import Fields
from commands.core.verb import Choice, DecisionContext, Group, ShiftNoticeChange, SubscriptionChange, Verb
from incident.model.subscription import Subscription
from incident.policy_parts.digest_rules import Digest
from incident.ports import Reader
from incident.refusal import Code, Refusal
from incident.states import Priority
from roles.person_ids import PersonId, slack_user


@dataclass(frozen=True)
class SubscribeView:
    """What the person gets from now on, when the digest comes, and what was chosen that a digest does not take.

    `shifts` is `on` or `off` where the person chose whether they get messages about their shifts.
    """

    subscription: Subscription | None
    digest: Digest
    zone: str
    unused: tuple[str, ...]
    shifts: str | None
    is_of_shifts_only: bool


class Subscribe(Verb):
    """Choose which incidents you get direct messages about: `subscribe P1 P2`, `subscribe checkout`, `subscribe digest`."""

    name = "subscribe"
    aliases = (
        "subscription",
        "subscriptions",
        "subscribe to",
        "subscribe me to",
        "notifications",
        "unsubscribe",
    )
    group = Group.INFORM
    needs_incident = False
    is_setting = True

    kind: Annotated[Literal["on", "digest", "off"] | None, subscription_fields.KIND] = None
    priorities: Annotated[tuple[Priority, ...], BeforeValidator(several), subscription_fields.OF_PRIORITIES] = ()
    services: Annotated[tuple[str, ...], BeforeValidator(several), subscription_fields.ON_SERVICES] = ()
    shifts: Annotated[Literal["on", "off"] | None, subscription_fields.SHIFTS] = None

    @classmethod
    def present_choice(cls, team: str, person: PersonId, reader: Reader) -> Fields:
        """Return what the person chose before; nothing if they get nothing."""
        found = reader.subscriptions(team, person)
        shifts: Fields = {} if reader.has_shift_notices(team, person) else {"shifts": "off"}
        if not found:
            return shifts
        one = found[0]
        chosen: Fields = {"kind": "digest" if one.digest else "on", **shifts}
        return chosen | {"priorities": [*one.priorities], "services": [*one.services]}

    def decide(self, now: DecisionContext) -> tuple[Choice, ...]:
        """Store the choice of a person whom a direct message reaches. Priorities or services alone mean direct messages."""
        if slack_user(now.actor.id) is None:
            raise Refusal(Code.STATE, "subscribe_where")
        if any(service not in now.policy.services for service in self.services):
            services = ", ".join(now.policy.services)
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "services", services=services)
        shifts = () if self.shifts is None else (ShiftNoticeChange(self.shifts == "on"),)
        if self._is_of_shifts_only:
            return shifts
        if self.kind is None and not self._limits:
            raise Refusal(Code.MISSING_FIELDS, "subscribe_what", "kind")
        return (SubscriptionChange(self._subscription(now)), *shifts)

    def view(self, now: DecisionContext) -> SubscribeView:
        """Return the choice as it was understood."""
        unused = self._limits if self.kind in ("digest", "off") else ()
        return SubscribeView(
            subscription=self._subscription(now),
            digest=now.policy.digest,
            zone=now.policy.time_zone,
            unused=unused,
            shifts=self.shifts,
            is_of_shifts_only=self._is_of_shifts_only,
        )

    @property
    def _is_of_shifts_only(self) -> bool:
        return self.shifts is not None and self.kind is None and not self._limits

    @property
    def _limits(self) -> tuple[str, ...]:
        return (*self.priorities, *self.services)

    def _subscription(self, now: DecisionContext) -> Subscription | None:
        if self.kind == "off":
            return None
        is_digest = self.kind == "digest"
        return Subscription(
            person=now.actor.id,
            since=now.at,
            digest=is_digest,
            priorities=() if is_digest else tuple(one for one in Priority if one in self.priorities),
            services=() if is_digest else tuple(dict.fromkeys(self.services)),
        )
