"""Facts about restoring the service: containment, temporary fixes, workarounds, resolution, links."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import PersonalText, Utc
from roles.person_ids import PersonId


class Contained(Fact):
    """The spread was stopped, for now (short) or until the cause is gone (long) (S2-18, S2-19)."""

    kind: ClassVar[str] = "contained"
    timeline: ClassVar[str | None] = "containment"
    template: ClassVar[str | None] = "contain"

    term: Literal["short", "long"]
    text: PersonalText


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
