"""Facts about the conversation: messages and their revisions, pins, notes, decisions, actions, corrections, gaps."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from roles.person_ids import MUSTER, PersonId


class MessagePosted(Fact):
    """A message was posted in an incident channel. Every message is captured; a pin puts one on the timeline."""

    kind: ClassVar[str] = "message_posted"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    thread_ts: str | None = None
    author: PersonId
    text: PersonalText
    files: MaybePersonalText = None


class MessageEdited(Fact):
    """A message was edited, or a file of it deleted; the entry of the original does not change."""

    kind: ClassVar[str] = "message_edited"
    version: ClassVar[int] = 2
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    edited_ts: str
    thread_ts: str | None = None
    author: PersonId
    text: PersonalText
    files: MaybePersonalText = None
    previous: MaybePersonalText = None


class MessageDeleted(Fact):
    """A message of `author` was deleted in Slack; the record keeps it. Slack does not say by whom: `deleted_by` is None."""

    kind: ClassVar[str] = "message_deleted"
    version: ClassVar[int] = 2
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    author: PersonId | None
    deleted_by: PersonId | None = None
    previous: MaybePersonalText = None

    def shown_by(self, by: PersonId) -> PersonId:
        """Return who deleted it. Version 1 recorded it by the message's author, who is not known to have done so."""
        return self.deleted_by or MUSTER


class MessagePinned(Fact):
    """A message was pinned as an observation, with the text it had then. The entry's `by` pinned it."""

    kind: ClassVar[str] = "message_pinned"
    timeline: ClassVar[str | None] = "observation"

    channel: str
    ts: str
    author: PersonId
    text: PersonalText

    def shown_by(self, by: PersonId) -> PersonId:
        """Return who wrote the message."""
        return self.author


class PinRemoved(Fact):
    """A pin was removed; the observation stays."""

    kind: ClassVar[str] = "pin_removed"

    channel: str
    ts: str


class SourceChanged(Fact):
    """The message behind a promoted entry was edited or deleted afterwards; the entry keeps its text."""

    kind: ClassVar[str] = "source_changed"
    timeline: ClassVar[str | None] = "correction"
    is_folded: ClassVar[bool] = False

    corrects: int
    change: Literal["edited", "deleted"]

    def shown_by(self, by: PersonId) -> PersonId:
        """Return who edited the message. Slack does not say who deleted one, so Muster says that it is gone."""
        return MUSTER if self.change == "deleted" else by


class Corrected(Fact):
    """A person corrected an entry; the entry stays beside its correction."""

    kind: ClassVar[str] = "corrected"
    timeline: ClassVar[str | None] = "correction"
    template: ClassVar[str | None] = "correct"

    corrects: int
    text: PersonalText


class TimeCorrected(Fact):
    """An entry happened at `happened_at` (UTC), not at `old`. The entry keeps its time; readers get both."""

    kind: ClassVar[str] = "time_corrected"
    timeline: ClassVar[str | None] = "correction"
    template: ClassVar[str | None] = "correct"
    is_folded: ClassVar[bool] = False

    corrects: int
    old: Utc
    happened_at: Utc
    text: MaybePersonalText = None


class Reacted(Fact):
    """A person added or removed a reaction. It counts as activity."""

    kind: ClassVar[str] = "reacted"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    emoji: str
    removed: bool = False


class Joined(Fact):
    """A person joined the incident channel."""

    kind: ClassVar[str] = "joined"

    channel: str
    who: PersonId


class Left(Fact):
    """A person left the incident channel."""

    kind: ClassVar[str] = "left"

    channel: str
    who: PersonId


class Noted(Fact):
    """A person added a note to the timeline."""

    kind: ClassVar[str] = "noted"
    timeline: ClassVar[str | None] = "note"
    template: ClassVar[str | None] = "note"
    is_folded: ClassVar[bool] = False

    text: PersonalText


class DecisionMade(Fact):
    """A decision, with its reason and who approved it. `id` is D1, D2, … within the incident."""

    kind: ClassVar[str] = "decision_made"
    timeline: ClassVar[str | None] = "decision"
    template: ClassVar[str | None] = "decide"

    id: str
    text: PersonalText
    rationale: MaybePersonalText = None
    approved_by: PersonId | None = None
    channel: str | None = None
    ts: str | None = None


class DecisionApproved(Fact):
    """The person whom another one named as the approver of a decision says that it is so. `decision` is its entry."""

    kind: ClassVar[str] = "decision_approved"
    timeline: ClassVar[str | None] = "decision"
    template: ClassVar[str | None] = "note"

    decision: int
    id: str


class CandidatePassed(Fact):
    """A person looked at a message that reads like a decision, and it is none."""

    kind: ClassVar[str] = "candidate_passed"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str


class ActionOpened(Fact):
    """A task for one person, due at `due_at` (UTC) if it has a time box. `id` is A1, A2, … within the incident."""

    kind: ClassVar[str] = "action_opened"
    timeline: ClassVar[str | None] = "action"
    template: ClassVar[str | None] = "action"

    id: str
    text: PersonalText
    assignee: PersonId
    due_at: Utc | None = None
    channel: str | None = None
    ts: str | None = None


class ActionDone(Fact):
    """An action was done, with its result."""

    kind: ClassVar[str] = "action_done"
    timeline: ClassVar[str | None] = "action"
    template: ClassVar[str | None] = "done"

    id: str
    result: PersonalText


class Redacted(Fact):
    """The text of a message, or of the entry `entry`, was deleted in every entry that quotes it; the data stay."""

    kind: ClassVar[str] = "redacted"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "redaction"
    template: ClassVar[str | None] = "redact"

    channel: str | None = None
    ts: str | None = None
    entry: int | None = None
    entries: tuple[int, ...]
    reason: PersonalText


class Masked(Fact):
    """The text of a message, or of the entry `entry`, is hidden until a person who may redact decides.

    The record keeps the text. `entries` quoted it then; later entries about the message are masked too.
    """

    kind: ClassVar[str] = "masked"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "mask"
    template: ClassVar[str | None] = "redact"

    channel: str | None = None
    ts: str | None = None
    entry: int | None = None
    entries: tuple[int, ...]
    reason: PersonalText


class MaskLifted(Fact):
    """A person who may redact decided to show a masked text again, in the entries that were masked."""

    kind: ClassVar[str] = "mask_lifted"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "mask"
    template: ClassVar[str | None] = "unmask"

    channel: str | None = None
    ts: str | None = None
    entry: int | None = None
    entries: tuple[int, ...]


class GapNoted(Fact):
    """Muster was disconnected, or is connected again; messages of the gap are backfilled where Slack still has them.

    At the end, `since` is when the gap began (UTC) and `recovered` how many entries were backfilled.
    """

    kind: ClassVar[str] = "gap_noted"
    timeline: ClassVar[str | None] = "gap"
    is_folded: ClassVar[bool] = False

    edge: Literal["begins", "ends"]
    since: Utc | None = None
    recovered: int = 0
