"""Facts about restoring the service: containment, temporary fixes, workarounds, resolution, links."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import PersonalText, Utc
from roles.person_ids import PersonId


class Contained(Fact):
    """The spread was stopped, for now (short) or until the cause is gone (long) (S2-18, S2-19).

    `outside_group`: who did it was no responder by the policy then (S2-41).
    """

    kind: ClassVar[str] = "contained"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "containment"
    template: ClassVar[str | None] = "contain"

    term: Literal["short", "long"]
    text: PersonalText
    outside_group: bool = False


class TempFixAdded(Fact):
    """A temporary fix was made; it needs an owner and a removal date (S1-52)."""

    kind: ClassVar[str] = "temp_fix_added"
    timeline: ClassVar[str | None] = "temp_fix"
    template: ClassVar[str | None] = "tempfix"

    id: str
    text: PersonalText
    owner: PersonId | None
    remove_by: Utc | None


class TempFixSet(Fact):
    """A temporary fix got its owner and its removal date."""

    kind: ClassVar[str] = "temp_fix_set"
    timeline: ClassVar[str | None] = "temp_fix"

    id: str
    owner: PersonId
    remove_by: Utc


class TempFixRemoved(Fact):
    """A temporary fix was removed, with evidence."""

    kind: ClassVar[str] = "temp_fix_removed"
    timeline: ClassVar[str | None] = "temp_fix"
    template: ClassVar[str | None] = "tempfix"

    id: str
    evidence: PersonalText


class WorkaroundFound(Fact):
    """A way to use the service while the cause is still there."""

    kind: ClassVar[str] = "workaround_found"
    timeline: ClassVar[str | None] = "workaround"
    template: ClassVar[str | None] = "workaround"

    text: PersonalText


class Resolved(Fact):
    """How the incident was resolved. `meets_rule` is whether the text met the policy then (S1-54)."""

    kind: ClassVar[str] = "resolved"
    timeline: ClassVar[str | None] = "resolution"

    how: str
    text: PersonalText
    meets_rule: bool


class ResolutionAmended(Fact):
    """The resolution text was improved; the earlier texts stay."""

    kind: ClassVar[str] = "resolution_amended"
    timeline: ClassVar[str | None] = "resolution"

    text: PersonalText
    meets_rule: bool


class Linked(Fact):
    """A record elsewhere belongs to this incident."""

    kind: ClassVar[str] = "linked"
    timeline: ClassVar[str | None] = "link"

    link: str
    ref: PersonalText


class LinkNone(Fact):
    """There is no record to link, for the reason given."""

    kind: ClassVar[str] = "link_none"
    timeline: ClassVar[str | None] = "link"

    reason: PersonalText


class InboundNoted(Fact):
    """Something came in from outside: reports of customers, a question of a regulator or the press (S2-36).

    `count` is how many there were so far, as the person who recorded it knows.
    """

    kind: ClassVar[str] = "inbound_noted"
    timeline: ClassVar[str | None] = "inbound"
    template: ClassVar[str | None] = "inbound"
    is_folded: ClassVar[bool] = False

    origin: Literal["customer", "regulator", "press", "vendor", "other"]
    count: int | None = None
    text: PersonalText
