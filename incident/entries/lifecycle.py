"""Facts about the incident as a whole: declaration, acknowledgement, states, milestones, voiding, drills."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.states import State
from roles.person_ids import PersonId


class Declared(Fact):
    """An incident was declared. Facts of the service are those of the catalogue then (S1-28 to S1-34).

    `adopted_channel` is set when it was declared afterwards, for a channel that existed already. Messages in
    `captures_from` since `captures_since` and before the declaration are captured too.
    """

    kind: ClassVar[str] = "declared"
    timeline: ClassVar[str | None] = "logged"
    template: ClassVar[str | None] = "declare"

    number: str
    title: PersonalText
    symptom: PersonalText
    service: str
    service_owner: PersonId | None
    customer_facing: bool
    type: str
    category: str
    subcategory: str | None
    owner_group: str
    started_at: Utc | None
    detected_at: Utc
    reporter: PersonId
    detection_source: str
    drill: bool
    restricted: bool
    provisional: bool
    regimes: tuple[str, ...]
    policy_hash: str
    from_channel: str | None = None
    from_message: str | None = None
    unlisted: bool = False
    adopted_channel: str | None = None
    captures_from: str | None = None
    captures_since: Utc | None = None


class TitleChanged(Fact):
    """The incident has another title; the first one stays in its declaration."""

    kind: ClassVar[str] = "title_changed"
    timeline: ClassVar[str | None] = "title"
    template: ClassVar[str | None] = "title"

    title: PersonalText


class StateChanged(Fact):
    """The incident moved to another state; `statement` is what the person wrote about it."""

    kind: ClassVar[str] = "state_changed"
    timeline: ClassVar[str | None] = "state"

    old: State | None
    new: State
    statement: MaybePersonalText = None


class Acknowledged(Fact):
    """A person acknowledged the incident."""

    kind: ClassVar[str] = "acknowledged"
    timeline: ClassVar[str | None] = "ack"
    template: ClassVar[str | None] = "ack"


class MajorDeclared(Fact):
    """The incident became a major incident, by decision or automatically by its priority."""

    kind: ClassVar[str] = "major_declared"
    timeline: ClassVar[str | None] = "major"
    template: ClassVar[str | None] = "major"

    reason: MaybePersonalText = None
    automatic: bool


class TimeSet(Fact):
    """A person set the time of a milestone, with the basis for it."""

    kind: ClassVar[str] = "time_set"
    timeline: ClassVar[str | None] = "time"

    field: Literal["started_at", "detected_at", "mitigated_at", "restored_at"]
    at: Utc
    basis: PersonalText


class Reopened(Fact):
    """A resolved or closed incident came back; the new episode starts at the recurrence."""

    kind: ClassVar[str] = "reopened"
    timeline: ClassVar[str | None] = "reopen"
    template: ClassVar[str | None] = "reopen"

    reason: PersonalText
    recurrence_at: Utc | None
    from_state: State


class Voided(Fact):
    """The incident is no incident of its own. `why` is the cause where no person wrote a reason."""

    kind: ClassVar[str] = "voided"
    timeline: ClassVar[str | None] = "void"
    template: ClassVar[str | None] = "void"

    as_: Literal["duplicate", "false_alarm", "not_incident", "request_fulfilled"]
    reason: MaybePersonalText = None
    why: Literal["joined", "unreadable", "shared"] | None = None
    duplicate_of: str | None = None


class Undone(Fact):
    """A person took back their last act: its `entries` count no more, and stay in the record.

    `kinds` are the kinds of what the person recorded; `ids` such as A1 are not given again.
    """

    kind: ClassVar[str] = "undone"
    timeline: ClassVar[str | None] = "undo"
    template: ClassVar[str | None] = "undo"

    entries: tuple[int, ...]
    kinds: tuple[str, ...]
    ids: tuple[str, ...] = ()
    reason: MaybePersonalText = None


class DrillInjected(Fact):
    """The exercise lead added an event to the drill."""

    kind: ClassVar[str] = "drill_injected"
    timeline: ClassVar[str | None] = "drill"
    template: ClassVar[str | None] = "drill"
    is_folded: ClassVar[bool] = False

    text: PersonalText


class DrillEnded(Fact):
    """The drill ended, with what it showed."""

    kind: ClassVar[str] = "drill_ended"
    timeline: ClassVar[str | None] = "drill"
    template: ClassVar[str | None] = "drill"
    is_folded: ClassVar[bool] = False

    summary: PersonalText


class JoinedAsDuplicate(Fact):
    """Another incident was voided as a duplicate of this one; its reporter `who` joins this one."""

    kind: ClassVar[str] = "joined_as_duplicate"
    notice: ClassVar[str | None] = "surfaces/joined"
    is_folded: ClassVar[bool] = False

    number: str
    who: PersonId
