"""The parts of a folded incident that follow it: two documents, lessons, corrective actions, the sign-off. Values only."""

from __future__ import annotations

from datetime import datetime

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from incident.states import ActionSort, DocumentState, LessonTarget, Part
from roles.person_ids import PersonId


class WrittenPart(Frozen):
    """A part of a document as entry `n` wrote it last."""

    part: Part
    n: int
    by: PersonId
    at: Utc
    text: PersonalText


class WrittenDocument(Frozen):
    """The review or the root cause analysis. `moved_by` set its state at `moved_at` (UTC); `authors` wrote it or its minutes, or submitted it."""

    state: DocumentState = DocumentState.DRAFT
    parts: tuple[WrittenPart, ...] = ()
    authors: tuple[PersonId, ...] = ()
    opened_at: Utc | None = None
    due_at: Utc | None = None
    why: str | None = None
    moved_by: PersonId | None = None
    moved_at: Utc | None = None
    moved_n: int | None = None
    reason: MaybePersonalText = None

    def part(self, part: Part) -> WrittenPart | None:
        """Return a part, or None while no one wrote it."""
        return next((one for one in self.parts if one.part == part), None)

    @property
    def is_open(self) -> bool:
        """True until it is approved or waived."""
        return self.state in (DocumentState.DRAFT, DocumentState.IN_REVIEW)


class MeetingHeld(Frozen):
    """The review meeting, as entry `n` recorded it."""

    n: int
    at: Utc
    by: PersonId
    recorded_at: Utc
    attendees: MaybePersonalText = None
    text: MaybePersonalText = None


class Lesson(Frozen):
    """A lesson and what it changes."""

    id: str
    n: int
    text: PersonalText
    target: LessonTarget
    owner: PersonId
    due_at: Utc
    by: PersonId


class CorrectiveAction(Frozen):
    """A corrective action of entry `n`: whose since `assigned_at` (UTC), by when, done, and whether it works."""

    id: str
    n: int
    text: PersonalText
    sort: ActionSort
    owner: PersonId
    due_at: Utc
    opened_at: Utc
    assigned_at: Utc
    assigned_by: PersonId
    lesson: str | None = None
    ticket: MaybePersonalText = None
    done_at: Utc | None = None
    evidence: MaybePersonalText = None
    check_at: Utc | None = None
    checked_at: Utc | None = None
    works: bool | None = None
    check: MaybePersonalText = None
    dropped_at: Utc | None = None
    dropped_by: PersonId | None = None
    dropped_because: MaybePersonalText = None

    @property
    def is_open(self) -> bool:
        """True until it is done or dropped."""
        return self.done_at is None and self.dropped_at is None

    def is_overdue(self, at: datetime) -> bool:
        """True if it is not done and its date has passed at a time (UTC)."""
        return self.is_open and self.due_at < at


class SignOff(Frozen):
    """The sign-off by management: asked of `asked` until `due_at` (UTC), given by `by` at `at` (UTC)."""

    due_at: Utc | None = None
    asked_at: Utc | None = None
    asked: tuple[PersonId, ...] = ()
    by: PersonId | None = None
    at: Utc | None = None
    n: int | None = None
    text: MaybePersonalText = None


class ResourceRequest(Frozen):
    """Resources that entry `n` asked for; `granted` is None until entry `answered_n` answers."""

    n: int
    id: str
    text: PersonalText
    by: PersonId
    at: Utc
    granted: bool | None = None
    answer: MaybePersonalText = None
    answered_by: PersonId | None = None
    answered_at: Utc | None = None
    answered_n: int | None = None


class Recurrence(Frozen):
    """The earlier incidents that are alike, as entry `n` recorded them."""

    n: int
    numbers: tuple[str, ...]
    days: int


class Aftermath(Frozen):
    """What follows an incident. Without `rca` no root cause analysis was asked for or written."""

    meeting: MeetingHeld | None = None
    review: WrittenDocument = WrittenDocument()
    rca: WrittenDocument | None = None
    lessons: tuple[Lesson, ...] = ()
    actions: tuple[CorrectiveAction, ...] = ()
    recurrence: Recurrence | None = None
    sign_off: SignOff = SignOff()
    resources: tuple[ResourceRequest, ...] = ()
