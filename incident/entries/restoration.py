"""Facts about restoring the service: containment, temporary fixes, workarounds, resolution, links."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId


class Contained(Fact):
    """The spread was stopped, for now (short) or until the cause is gone (long) (S2-18, S2-19).

    `outside_group`: who did it was no responder by the policy then (S2-41). `reversible` is None where it is not known
    whether it can be undone. `id` is None in records from before steps had one.
    """

    kind: ClassVar[str] = "contained"
    version: ClassVar[int] = 3
    timeline: ClassVar[str | None] = "containment"
    template: ClassVar[str | None] = "contain"

    term: Literal["short", "long"]
    text: PersonalText
    outside_group: bool = False
    id: str | None = None
    target: MaybePersonalText = None
    approved_by: PersonId | None = None
    undo: MaybePersonalText = None
    reversible: bool | None = None
    review_at: Utc | None = None


class ContainmentUndone(Fact):
    """The step of containment that entry `contained` recorded was undone (S2-18)."""

    kind: ClassVar[str] = "containment_undone"
    timeline: ClassVar[str | None] = "containment_end"
    template: ClassVar[str | None] = "contain"

    id: str
    contained: int
    text: PersonalText


class ContainmentReviewed(Fact):
    """The step of containment that entry `contained` recorded was looked at and stays, until `review_at` at least (S2-19)."""

    kind: ClassVar[str] = "containment_reviewed"
    timeline: ClassVar[str | None] = "containment_review"
    template: ClassVar[str | None] = "contain"

    id: str
    contained: int
    text: PersonalText
    review_at: Utc | None


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

    origin: Literal["customer", "regulator", "press", "vendor", "researcher", "other"]
    count: int | None = None
    text: PersonalText


class Recovered(Fact):
    """Systems were brought back by a method (S2-24). `checked`: the request named at once what shows that they are clean."""

    kind: ClassVar[str] = "recovered"
    timeline: ClassVar[str | None] = "recovery"
    template: ClassVar[str | None] = "recover"

    id: str
    method: Literal["backup", "patch", "rebuild", "failover", "rollback"]
    text: PersonalText
    backup: MaybePersonalText = None
    clean: MaybePersonalText = None
    evidence: str | None = None
    entry: int | None = None
    checked: bool = False


class RecoveryChecked(Fact):
    """The recovery of entry `recovery` was checked: the backup is clean, the patch is in."""

    kind: ClassVar[str] = "recovery_checked"
    timeline: ClassVar[str | None] = "recovery"
    template: ClassVar[str | None] = "recover"

    id: str
    recovery: int
    text: PersonalText
    evidence: str | None = None
    entry: int | None = None
