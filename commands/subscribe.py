"""`subscribe`: what a person gets direct messages about, stored as their own choice and never as an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from commands.core.fields.choices import PRIORITIES, PRIORITY_WORDS
from commands.core.fields.field_types import several
from commands.core.fields.form_field import Control, FormField
from commands.core.request import Fields
from commands.core.verb import DecisionContext, Group, SubscriptionChange, Verb
from incident.model.subscription import Subscription
from incident.policy import Digest
from incident.ports import Reader
from incident.refusal import Code, Refusal
from incident.states import Priority
from roles.person_ids import PersonId, slack_user

_KINDS: Final = (
    ("on", "A direct message for each incident"),
    ("digest", "The digest of all incidents, and nothing else"),
    ("off", "Nothing"),
)
_WORDS: Final = {
    "on": ("all", "everything", "every incident", "all incidents", "any", "yes"),
    "digest": ("digest only", "only digest", "only the digest", "the digest", "summary"),
    "off": ("none", "nothing", "no", "stop", "never", "nothing more", "unsubscribe"),
}
_SYNONYMS: Final = tuple((word, kind) for kind, words in _WORDS.items() for word in words)


@dataclass(frozen=True)
class SubscribeView:
    """What the person gets from now on, when the digest comes, and what was chosen that a digest does not take."""

    subscription: Subscription | None
    digest: Digest
    zone: str
    unused: tuple[str, ...]


class Subscribe(Verb):
    """Choose which incidents you get direct messages about: `subscribe P1 P2`, `subscribe checkout`, `subscribe digest`."""

    name = "subscribe"
    aliases = ("subscription", "subscriptions", "subscribe to", "subscribe me to", "notifications")
    group = Group.INFORM
    needs_incident = False
    is_setting = True

    kind: Annotated[
        Literal["on", "digest", "off"] | None,
        FormField("What you get", Control.CHOICE, leading=True, choices=_KINDS, synonyms=_SYNONYMS),
    ] = None
    priorities: Annotated[
        tuple[Priority, ...],
        BeforeValidator(several),
        FormField(
            "Of these priorities",
            Control.CHOICES,
            "None means every priority",
            leading=True,
            words=("priority",),
            choices=PRIORITIES,
            synonyms=PRIORITY_WORDS,
        ),
    ] = ()
    services: Annotated[
        tuple[str, ...],
        BeforeValidator(several),
        FormField("On these services", Control.SERVICES, "None means every service", leading=True, words=("service",)),
    ] = ()

    @classmethod
    def present_choice(cls, team: str, person: PersonId, reader: Reader) -> Fields:
        """Return what the person chose before; nothing if they get nothing."""
        found = reader.subscriptions(team, person)
        if not found:
            return {}
        one = found[0]
        chosen: Fields = {"kind": "digest" if one.digest else "on"}
        return chosen | {"priorities": [*one.priorities], "services": [*one.services]}

    def decide(self, now: DecisionContext) -> tuple[SubscriptionChange, ...]:
        """Store the choice of a person whom a direct message reaches. Priorities or services alone mean direct messages."""
        if slack_user(now.actor.id) is None:
            raise Refusal(Code.STATE, "subscribe_where")
        if any(service not in now.policy.services for service in self.services):
            services = ", ".join(now.policy.services)
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "services", services=services)
        if self.kind is None and not self._limits:
            raise Refusal(Code.MISSING_FIELDS, "subscribe_what", "kind")
        return (SubscriptionChange(self._subscription(now)),)

    def view(self, now: DecisionContext) -> SubscribeView:
        """Return the choice as it was understood."""
        unused = self._limits if self.kind in ("digest", "off") else ()
        return SubscribeView(self._subscription(now), now.policy.digest, now.policy.time_zone, unused)

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
