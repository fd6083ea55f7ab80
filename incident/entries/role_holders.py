"""Facts about people: roles, handovers, escalations, and who cannot be asked any more."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.medium import Medium
from roles.accounts import Unavailability
from roles.person_ids import PersonId
from roles.role_names import Role


class RoleTaken(Fact):
    """A person took a role or was assigned it: `who` holds it, the entry's `by` did it."""

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
    """A person gave up a role."""

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
    """The next holder accepted and holds the role from now on."""

    kind: ClassVar[str] = "handover_accepted"
    timeline: ClassVar[str | None] = "handover"
    template: ClassVar[str | None] = "accept"

    role: Role
    from_who: PersonId
    to: PersonId


class Escalated(Fact):
    """Help or authority was requested (S1-45). `person` is set when `to` names a person, who is paged.

    `ladder` are the levels after this one, `follows` the entry of the escalation before it. After them the `levels` are
    paged again, `rounds` times, and `last` in the last round. `empty` names the schedules that had no one on call.
    """

    kind: ClassVar[str] = "escalated"
    version: ClassVar[int] = 2
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
    rounds: int = 0
    levels: tuple[PersonId, ...] = ()
    last: PersonId | None = None
    empty: tuple[str, ...] = ()


class CallRuleMet(Fact):
    """A rule of the policy holds, so `office` is called: by the call of entry `escalation`, which the entry follows.

    `escalation` is None where the policy names no one for it who can be called, or who is being called already.
    """

    kind: ClassVar[str] = "call_rule_met"
    timeline: ClassVar[str | None] = "notice"

    rule: str
    office: str
    how: Literal["functional", "hierarchical"]
    escalation: int | None = None


class EscalationAnswered(Fact):
    """The person paged accepted or declined. `medium` is the one they answered by, None for Slack or the command line.

    At a provider another person may have: `taker`, or `taker_name` for one whom only the provider knows.
    """

    kind: ClassVar[str] = "escalation_answered"
    version: ClassVar[int] = 3
    template: ClassVar[str | None] = "answer"

    escalation: int
    answer: Literal["accepted", "declined"]
    medium: Medium | None = None
    taker: PersonId | None = None
    taker_name: MaybePersonalText = None


class EscalationLapsed(Fact):
    """The page was not answered in time, or reached no one; the next level follows, if there is one."""

    kind: ClassVar[str] = "escalation_lapsed"
    notice: ClassVar[str | None] = "surfaces/lapsed"

    escalation: int


class PersonUnavailable(Fact):
    """A person cannot be asked any more: their roles are vacant, and what they were asked is asked of the next.

    Their account was deactivated or became a guest's or a bot's; or they are not in the channel and no message reaches
    them. `roles` are those they held, `offers` those that were offered to them.
    """

    kind: ClassVar[str] = "person_unavailable"
    timeline: ClassVar[str | None] = "role"
    notice: ClassVar[str | None] = "surfaces/unavailable"

    who: PersonId
    why: Unavailability
    roles: tuple[Role, ...] = ()
    offers: tuple[Role, ...] = ()


class PersonAvailable(Fact):
    """A person can be asked again. The roles they held do not come back by themselves."""

    kind: ClassVar[str] = "person_available"

    who: PersonId


class OwnerLeft(Fact):
    """The owner of the incident's service left, so it has none until someone is named (S1-03)."""

    kind: ClassVar[str] = "owner_left"
    timeline: ClassVar[str | None] = "owner"
    notice: ClassVar[str | None] = "surfaces/owner_left"

    who: PersonId


class OwnerSet(Fact):
    """A person owns the service from now on, as far as this incident is concerned: they are asked what its owner is asked."""

    kind: ClassVar[str] = "owner_set"
    timeline: ClassVar[str | None] = "owner"
    template: ClassVar[str | None] = "own"

    who: PersonId
