"""A notice by a rule of the policy, as folded: whom it is for, by what it reached them, who confirmed it. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from incident.medium import Medium
from roles.person_ids import PersonId


class NoticeDelivery(Frozen):
    """A notice that reached a person by a medium; `ref` is None if it failed."""

    who: PersonId
    medium: Medium
    at: Utc
    ref: str | None = None


class NoticeReceipt(Frozen):
    """A person confirmed a notice."""

    who: PersonId
    at: Utc


class Notice(Frozen):
    """A notice; `n` is its entry, `due_at` when one of its people must have confirmed it (UTC), `by` the media of its rule."""

    n: int
    rule: str
    office: str
    people: tuple[PersonId, ...] = ()
    groups: tuple[str, ...] = ()
    at: Utc
    due_at: Utc
    by: tuple[Medium, ...] = ()
    deliveries: tuple[NoticeDelivery, ...] = ()
    receipts: tuple[NoticeReceipt, ...] = ()
    missed: bool = False

    @property
    def media(self) -> tuple[Medium, ...]:
        """The media that bring it beside the direct message: those of the rule, else mail."""
        return tuple(one for one in self.by or (Medium.EMAIL,) if one is not Medium.SLACK)

    @property
    def seen_at(self) -> Utc | None:
        """When the first of its people confirmed it, None while no one has."""
        return self.receipts[0].at if self.receipts else None

    def is_for(self, person: PersonId) -> bool:
        """True if the notice names a person, or reached them as a member of a group."""
        return person in self.people or any(one.who == person for one in self.deliveries)

    def reached(self, person: PersonId, medium: Medium) -> NoticeDelivery | None:
        """Return the delivery to a person by a medium, None if there is none or it failed."""
        found = (one for one in self.deliveries if (one.who, one.medium) == (person, medium) and one.ref is not None)
        return next(found, None)


class RuleCall(Frozen):
    """A rule of the policy called an office; `escalation` is the entry of the call, None if no one could be called."""

    rule: str
    office: str
    escalation: int | None = None
