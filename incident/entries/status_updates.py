"""Facts about status updates: posted, due, missed, waived, held and delivered."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.medium import Medium
from incident.states import Audience
from roles.person_ids import PersonId

# The error of an update for whose audience the policy named no channel.
NO_CHANNEL: Final = "no_place"


class StatusUpdatePosted(Fact):
    """An update to one audience. `final` is as the poster chose; `counts_final` as the state allowed.

    `has_channel` is False if the policy named no channel for the audience: Muster posts it nowhere, and people pass it on.
    `author` wrote it as the entry `draft`, if another person approved it: the one the entry is by. `warned` names what
    Muster warned of before it was posted nevertheless. `impact` is what it means for the business (S1-06). `recipients`
    are the settings with the addresses outside Slack to which it is sent as well.
    """

    kind: ClassVar[str] = "status_update_posted"
    version: ClassVar[int] = 5
    timeline: ClassVar[str | None] = "update"
    template: ClassVar[str | None] = "update"

    audience: Audience
    text: PersonalText
    final: bool = False
    counts_final: bool = False
    next_update_at: Utc | None = None
    met_slot: bool = False
    met_missed_due_at: Utc | None = None
    has_channel: bool = True
    author: PersonId | None = None
    draft: int | None = None
    warned: tuple[str, ...] = ()
    impact: MaybePersonalText = None
    recipients: tuple[str, ...] = ()

    @property
    def is_sent(self) -> bool:
        """True if Muster sends it to its audience, in Slack or elsewhere."""
        return self.has_channel or bool(self.recipients)

    def shown_by(self, by: PersonId) -> PersonId:
        """Return the author, also where another person approved it."""
        return self.author or by


class UpdateDrafted(Fact):
    """An update to one audience was written and waits for approval by a second person. It meets no slot.

    `approval_by` are the groups and roles of the policy that may approve it. One that `corrects` the update of an entry
    replaces its text once approved.
    """

    kind: ClassVar[str] = "update_drafted"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "draft"

    audience: Audience
    text: PersonalText
    final: bool = False
    next_update_at: Utc | None = None
    warned: tuple[str, ...] = ()
    approval_by: tuple[str, ...] = ()
    corrects: int | None = None
    impact: MaybePersonalText = None


class UpdateDraftClosed(Fact):
    """The update of entry `draft` waits for approval no longer: it was approved and posted, changed, or discarded."""

    kind: ClassVar[str] = "update_draft_closed"
    timeline: ClassVar[str | None] = "draft"

    draft: int
    audience: Audience
    outcome: Literal["approved", "changed", "discarded"]
    reason: MaybePersonalText = None


class UpdateCorrected(Fact):
    """The text of an update was wrong: entry `update` reads so now. One for each audience that was sent the wrong text.

    `author` wrote it as the entry `draft`, if another person approved it: the one the entry is by. `recipients` are those
    of the update.
    """

    kind: ClassVar[str] = "update_corrected"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "correction"
    template: ClassVar[str | None] = "amend"
    is_folded: ClassVar[bool] = False

    update: int
    audience: Audience
    text: PersonalText
    has_channel: bool = True
    author: PersonId | None = None
    draft: int | None = None
    recipients: tuple[str, ...] = ()

    @property
    def is_sent(self) -> bool:
        """True if Muster sends it to its audience, in Slack or elsewhere."""
        return self.has_channel or bool(self.recipients)

    def shown_by(self, by: PersonId) -> PersonId:
        """Return the author, also where another person approved it."""
        return self.author or by


class UpdateDue(Fact):
    """The next update to an audience is due at `due_at`, missed after `missed_after` (UTC). Opens or moves the slot."""

    kind: ClassVar[str] = "update_due"
    template: ClassVar[str | None] = "next"

    audience: Audience
    due_at: Utc
    missed_after: Utc
    final: bool = False
    cause: Literal["started", "posted", "promised", "missed", "raised", "regressed", "resolved", "backfilled", "clock"]


class UpdateMissed(Fact):
    """An update was not posted until its due time plus grace."""

    kind: ClassVar[str] = "update_missed"

    audience: Audience
    due_at: Utc
    final: bool = False


class UpdatesMissed(Fact):
    """Several updates in a row were not posted: `count` of them, due at `due_at` (UTC) and every `every_s` seconds after it."""

    kind: ClassVar[str] = "updates_missed"

    audience: Audience
    due_at: Utc
    every_s: int
    count: int


class UpdateDropped(Fact):
    """An update is no longer owed."""

    kind: ClassVar[str] = "update_dropped"

    audience: Audience
    cause: Literal["no_cadence", "resolved", "final", "held", "over", "reopened"]


class UpdatesHeld(Fact):
    """Updates to an audience were put on hold."""

    kind: ClassVar[str] = "updates_held"
    timeline: ClassVar[str | None] = "hold"
    template: ClassVar[str | None] = "hold"

    audience: Audience
    reason: PersonalText


class UpdatesReleased(Fact):
    """The hold on an audience's updates ended."""

    kind: ClassVar[str] = "updates_released"
    timeline: ClassVar[str | None] = "hold"
    template: ClassVar[str | None] = "hold"

    audience: Audience
    reason: PersonalText


class UpdateDelivered(Fact):
    """An update, or the correction of one, reached its audience as `ref`, or failed: then `ref` is None.

    `update` is its entry, and `error` says why it failed. `recipient` is the setting with the address outside Slack, None
    for the channel of the audience. Of a failed `attempt` that is repeated `retry_at` (UTC) says when. `is_bare`: no more
    than the number of a restricted incident was sent.
    """

    kind: ClassVar[str] = "update_delivered"
    version: ClassVar[int] = 3

    update: int
    audience: Audience
    medium: Medium
    ref: str | None = None
    error: MaybePersonalText = None
    recipient: str | None = None
    attempt: int = 1
    retry_at: Utc | None = None
    is_bare: bool = False

    @property
    def is_final(self) -> bool:
        """True unless it failed and is tried again."""
        return self.retry_at is None
