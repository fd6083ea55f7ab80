"""Facts about the review and the root cause analysis: two documents that people write in parts and others approve."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.states import Document, DocumentState, Part


class ReviewHeld(Fact):
    """The review meeting was held at `at` (UTC), with these people; `text` are its minutes."""

    kind: ClassVar[str] = "review_held"
    timeline: ClassVar[str | None] = "review"
    template: ClassVar[str | None] = "review"

    at: Utc
    attendees: MaybePersonalText = None
    text: MaybePersonalText = None


class PartWritten(Fact):
    """A part of a document was written; it replaces the earlier text of the part (S2-50)."""

    kind: ClassVar[str] = "part_written"

    document: Document
    part: Part
    text: PersonalText


class DocumentMoved(Fact):
    """A document was submitted, approved, returned to its authors, or waived with a reason (S2-37)."""

    kind: ClassVar[str] = "document_moved"
    timeline: ClassVar[str | None] = "review"
    template: ClassVar[str | None] = "review"

    document: Document
    state: DocumentState
    reason: MaybePersonalText = None


class RcaOpened(Fact):
    """A root cause analysis is due at `due_at` (UTC), and why (S2-21, S2-30, S2-31)."""

    kind: ClassVar[str] = "rca_opened"
    timeline: ClassVar[str | None] = "review"

    due_at: Utc
    why: Literal["major", "recurrence", "asked"]


class RecurrenceSeen(Fact):
    """The incident is like these others, which were declared within so many days before it (S2-31)."""

    kind: ClassVar[str] = "recurrence_seen"
    timeline: ClassVar[str | None] = "review"
    notice: ClassVar[str | None] = "surfaces/recurrence"

    numbers: tuple[str, ...]
    days: int
