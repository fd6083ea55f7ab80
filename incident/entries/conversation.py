"""Facts about what was said: messages and their revisions, marks, notes, decisions, actions, corrections, gaps."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId


class MessagePosted(Fact):
    """Somebody wrote in an incident channel. Captured always; in the timeline only when marked."""

    kind: ClassVar[str] = "message_posted"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    thread_ts: str | None = None
    author: PersonId
    text: PersonalText
    files: MaybePersonalText = None


class MessageEdited(Fact):
    """A message was changed; the original entry stays as it was."""

    kind: ClassVar[str] = "message_edited"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    edited_ts: str
    thread_ts: str | None = None
    author: PersonId
    text: PersonalText
    previous: MaybePersonalText = None


class MessageDeleted(Fact):
    """A message was deleted in Slack; the record keeps it."""

    kind: ClassVar[str] = "message_deleted"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    author: PersonId | None
    previous: MaybePersonalText = None


class MessagePinned(Fact):
    """A message was marked as an observation and keeps the text it had then. The entry's `by` marked it."""

    kind: ClassVar[str] = "message_pinned"
    timeline: ClassVar[str | None] = "observation"

    channel: str
    ts: str
    author: PersonId
    text: PersonalText


class PinRemoved(Fact):
    """The mark on a message was taken away; the observation stays."""

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


class Corrected(Fact):
    """Somebody corrected an entry; the entry stays, the correction stands beside it."""

    kind: ClassVar[str] = "corrected"
    timeline: ClassVar[str | None] = "correction"
    template: ClassVar[str | None] = "correct"
    is_folded: ClassVar[bool] = False

    corrects: int
    text: PersonalText


class Reacted(Fact):
    """Somebody put a reaction on a message or took one away. Kept since it shows that they were there."""

    kind: ClassVar[str] = "reacted"
    is_folded: ClassVar[bool] = False

    channel: str
    ts: str
    emoji: str
    removed: bool = False


class Joined(Fact):
    """Somebody joined the incident channel."""

    kind: ClassVar[str] = "joined"

    channel: str
    who: PersonId


class Left(Fact):
    """Somebody left the incident channel."""

    kind: ClassVar[str] = "left"

    channel: str
    who: PersonId


class Noted(Fact):
    """Somebody put a note into the timeline."""

    kind: ClassVar[str] = "noted"
    timeline: ClassVar[str | None] = "note"
    template: ClassVar[str | None] = "note"
    is_folded: ClassVar[bool] = False

    text: PersonalText


class DecisionMade(Fact):
    """A decision was made, with its reason and who approved it. `id` is D1, D2, … of this incident."""

    kind: ClassVar[str] = "decision_made"
    timeline: ClassVar[str | None] = "decision"
    template: ClassVar[str | None] = "decide"

    id: str
    text: PersonalText
    rationale: MaybePersonalText = None
    approved_by: PersonId | None = None
    channel: str | None = None
    ts: str | None = None


class ActionOpened(Fact):
    """One task went to one person, with a time box in the end time `due_at`."""

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
    """The words of a message were removed from the record, in every entry that quotes it; the facts stay."""

    kind: ClassVar[str] = "redacted"
    timeline: ClassVar[str | None] = "redaction"
    template: ClassVar[str | None] = "redact"

    channel: str
    ts: str
    entries: tuple[int, ...]
    reason: PersonalText


class Masked(Fact):
    """The text of a message is shown to nobody until somebody who may redact decides. The words stay in the record.

    `entries` are those that quoted it then; what is said about the message later is masked with it.
    """

    kind: ClassVar[str] = "masked"
    timeline: ClassVar[str | None] = "mask"
    template: ClassVar[str | None] = "redact"

    channel: str
    ts: str
    entries: tuple[int, ...]
    reason: PersonalText


class MaskLifted(Fact):
    """Somebody who may redact decided that a masked text is shown again, in the entries that were masked."""

    kind: ClassVar[str] = "mask_lifted"
    timeline: ClassVar[str | None] = "mask"
    template: ClassVar[str | None] = "unmask"

    channel: str
    ts: str
    entries: tuple[int, ...]


class GapNoted(Fact):
    """Muster was cut off, or came back: what happened between is read back where Slack still has it.

    At the end, `since` is when it began and `recovered` how many entries were read back.
    """

    kind: ClassVar[str] = "gap_noted"
    timeline: ClassVar[str | None] = "gap"
    is_folded: ClassVar[bool] = False

    edge: Literal["begins", "ends"]
    since: Utc | None = None
    recovered: int = 0
