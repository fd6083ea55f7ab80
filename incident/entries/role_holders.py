"""Facts about people: who took, got, handed over or gave up a role, and who was called."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import PersonalText, Utc
from roles.person_ids import PersonId
from roles.role_names import Role


class RoleTaken(Fact):
    """Somebody took a role, or was assigned it: `who` holds it, the entry's `by` did it."""

    kind: ClassVar[str] = "role_taken"
    timeline: ClassVar[str | None] = "role"

    role: Role
    who: PersonId
    how: Literal["taken", "assigned", "forced"] = "taken"


class RoleAssumed(Fact):
    """A held single role was taken from its idle holder by force, with a reason."""

    kind: ClassVar[str] = "role_assumed"
    timeline: ClassVar[str | None] = "role"
    template: ClassVar[str | None] = "take"

    role: Role
    from_who: PersonId
    reason: PersonalText


class RoleReleased(Fact):
    """Somebody gave up a role."""

    kind: ClassVar[str] = "role_released"
    timeline: ClassVar[str | None] = "role"
    template: ClassVar[str | None] = "release"

    role: Role
    who: PersonId


class HandoverOffered(Fact):
    """A role was offered to the next holder; nothing changes until they accept (S1-57)."""

    kind: ClassVar[str] = "handover_offered"
    timeline: ClassVar[str | None] = "handover"
    template: ClassVar[str | None] = "handover"

    role: Role
    from_who: PersonId
    to: PersonId
    note: PersonalText


class HandoverAccepted(Fact):
    """The next holder accepted; the role is theirs from this moment."""

    kind: ClassVar[str] = "handover_accepted"
    timeline: ClassVar[str | None] = "handover"
    template: ClassVar[str | None] = "accept"

    role: Role
    from_who: PersonId
    to: PersonId


class Escalated(Fact):
    """Help or authority was called for. `person` is set when `to` names one; a rung is a step of the ladder."""

    kind: ClassVar[str] = "escalated"
    timeline: ClassVar[str | None] = "escalation"
    template: ClassVar[str | None] = "escalate"

    how: Literal["functional", "hierarchical"]
    to: PersonalText
    person: PersonId | None
    reason: PersonalText
    answer_by: Utc | None = None
    ladder: tuple[PersonId, ...] = ()
    follows: int | None = None
    automatic: bool = False


class EscalationAnswered(Fact):
    """The person called said that they have it, or that they cannot."""

    kind: ClassVar[str] = "escalation_answered"
    template: ClassVar[str | None] = "answer"

    escalation: int
    answer: Literal["accepted", "declined"]


class EscalationLapsed(Fact):
    """Nobody answered in time; the next of the ladder is called, if there is one."""

    kind: ClassVar[str] = "escalation_lapsed"
    notice: ClassVar[str | None] = "surfaces/lapsed"

    escalation: int
