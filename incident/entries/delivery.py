"""Facts about what Muster delivered: the channel, the card, announcements, prompts, pages, notices, and what failed.

A delivery names its medium and the reference that the medium gave to it.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.medium import Medium, PlannedMethod
from roles.person_ids import PersonId

# The error of what failed by a fault in Muster: its words are for the log.
OWN_FAULT: Final = "fault_in_muster"


class ChannelMade(Fact):
    """The incident channel exists, created or adopted. Recorded again when it is made private or renamed later.

    The name of a created channel repeats words of the title, so it is text that can be redacted.
    """

    kind: ClassVar[str] = "channel_made"
    version: ClassVar[int] = 2

    channel: str
    name: PersonalText
    adopted: bool = False
    private: bool = False


class ChannelChanged(Fact):
    """Slack or people changed the incident channel: it has another id (`to`) or `name`, is archived, deleted or open again.

    It may also be shared with another organisation, or shared no longer.
    """

    kind: ClassVar[str] = "channel_changed"

    channel: str
    how: Literal["moved", "renamed", "archived", "deleted", "opened", "shared", "unshared"]
    to: str | None = None
    name: MaybePersonalText = None


class HistoryTaken(Fact):
    """Earlier messages were captured: of an adopted channel, or of `channel` since `since` (UTC), before the declaration.

    `more` says that older messages were not captured.
    """

    kind: ClassVar[str] = "history_taken"
    notice: ClassVar[str | None] = "surfaces/history"
    is_folded: ClassVar[bool] = False

    messages: int
    more: bool = False
    channel: str | None = None
    since: Utc | None = None


class CardPosted(Fact):
    """The card that shows the present was posted in the incident channel; `ref` is its message."""

    kind: ClassVar[str] = "card_posted"
    version: ClassVar[int] = 2

    medium: Medium
    ref: str


class Announced(Fact):
    """The incident was announced in the incidents channel; `ref` is the announcement's message."""

    kind: ClassVar[str] = "announced"
    version: ClassVar[int] = 2

    medium: Medium
    ref: str


class PromptDue(Fact):
    """A deadline prompts the people `asked`. `due` is the key of the deadline; `late` says that the prompt is late."""

    kind: ClassVar[str] = "prompt_due"

    due: str
    ask: str
    asked: tuple[PersonId, ...]
    due_at: Utc
    late: bool = False


class PromptSent(Fact):
    """The prompt or page of entry `prompt` was sent; `ref` is the message that holds it."""

    kind: ClassVar[str] = "prompt_sent"
    version: ClassVar[int] = 2

    prompt: int
    medium: Medium
    ref: str


class PromptPutOff(Fact):
    """A person postponed a prompt; it is due again at `until` (UTC)."""

    kind: ClassVar[str] = "prompt_put_off"

    due: str
    until: Utc


class QuietSet(Fact):
    """A person chose where Muster posts: in a thread of its own under the card (`on`), or in the channel."""

    kind: ClassVar[str] = "quiet_set"
    timeline: ClassVar[str | None] = "quiet"
    template: ClassVar[str | None] = "quiet"

    on: bool


class DeliveryFailed(Fact):
    """Something for the incident could not be created, sent or updated: channel, card, invitation, page.

    `what` is the kind of the job that failed, `who` the person it was for, `error` the reason the medium gave.
    """

    kind: ClassVar[str] = "place_lost"
    version: ClassVar[int] = 2

    medium: Medium
    what: str
    who: PersonId | None = None
    error: MaybePersonalText = None


class PagePlanned(Fact):
    """The person of a call is paged by these contact methods beside the direct message, each after its delay.

    Without one, or without one that wakes people, they are paged in Slack only. Addresses are in no entry.
    """

    kind: ClassVar[str] = "page_planned"
    timeline: ClassVar[str | None] = "page"

    escalation: int
    methods: tuple[PlannedMethod, ...] = ()


class PageAttempted(Fact):
    """A page was sent by the contact method at a position; or it may have been (`unknown`), was not yet, or failed finally.

    `ref` is the provider's reference. At `retry_at` (UTC) it is tried again.
    """

    kind: ClassVar[str] = "page_attempted"

    escalation: int
    position: int
    medium: Medium
    attempt: int = 1
    outcome: Literal["sent", "unknown", "postponed", "failed"]
    ref: str | None = None
    retry_at: Utc | None = None
    error: MaybePersonalText = None


class PageEnded(Fact):
    """What became of a page that was sent: it was stopped, arrived, expired, did not reach the person, or could not be stopped."""

    kind: ClassVar[str] = "page_ended"

    escalation: int
    position: int
    medium: Medium
    attempt: int = 1
    how: Literal["stopped", "delivered", "expired", "unreached", "unstopped"]
    error: MaybePersonalText = None


class Exported(Fact):
    """The record was exported by `who` up to entry `upto`, whose hash is `head`."""

    kind: ClassVar[str] = "exported"
    is_folded: ClassVar[bool] = False

    who: PersonId
    upto: int
    head: str


class Notified(Fact):
    """A rule of the policy holds, so `office` is notified: `people` and the members of `groups`, by `due_at` (UTC).

    `office` is the word of the policy, such as `legal`, or an id; `people` may be empty if the policy names no one. `groups`
    are ids of Slack user groups. `by` are the media that the rule names beside the direct message.
    """

    kind: ClassVar[str] = "notified"
    timeline: ClassVar[str | None] = "notice"

    rule: str
    office: str
    people: tuple[PersonId, ...] = ()
    groups: tuple[str, ...] = ()
    due_at: Utc
    by: tuple[Medium, ...] = ()


class NoticeDelivered(Fact):
    """The notice of entry `notified` reached a person by a medium as `ref`, or failed: then `ref` is None and `error` says why."""

    kind: ClassVar[str] = "notice_delivered"

    notified: int
    who: PersonId
    medium: Medium
    ref: str | None = None
    error: MaybePersonalText = None


class NoticeSeen(Fact):
    """A person confirmed that they know of the notice of entry `notified`."""

    kind: ClassVar[str] = "notice_seen"
    timeline: ClassVar[str | None] = "notice"

    notified: int


class NoticeMissed(Fact):
    """No one confirmed the notice of entry `notified` in time."""

    kind: ClassVar[str] = "notice_missed"
    timeline: ClassVar[str | None] = "notice"

    notified: int
    office: str
