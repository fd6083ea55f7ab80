"""Facts about lessons, corrective actions, and the sign-off of an incident's outcome by management."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.states import ActionSort, LessonTarget
from roles.person_ids import PersonId


class LessonLearned(Fact):
    """A lesson was learned; its owner changes the target by `due_at` (UTC), as a task (S2-32, S2-33)."""

    kind: ClassVar[str] = "lesson_learned"
    timeline: ClassVar[str | None] = "lesson"
    template: ClassVar[str | None] = "lesson"

    id: str
    text: PersonalText
    target: LessonTarget
    owner: PersonId
    due_at: Utc


class CorrectiveActionOpened(Fact):
    """A corrective action got its owner and due date (UTC); `lesson` is the id of the lesson it follows (S2-38)."""

    kind: ClassVar[str] = "corrective_action_opened"
    timeline: ClassVar[str | None] = "cap"
    template: ClassVar[str | None] = "cap"

    id: str
    text: PersonalText
    sort: ActionSort
    owner: PersonId
    due_at: Utc
    lesson: str | None = None
    ticket: MaybePersonalText = None


class CorrectiveActionMoved(Fact):
    """A corrective action has another owner, another due date, or both, and why."""

    kind: ClassVar[str] = "corrective_action_moved"
    timeline: ClassVar[str | None] = "cap"
    template: ClassVar[str | None] = "cap"

    id: str
    owner: PersonId
    due_at: Utc
    reason: MaybePersonalText = None


class CorrectiveActionDone(Fact):
    """A corrective action is done, and what shows it; its effect is checked from `check_at` (UTC) on."""

    kind: ClassVar[str] = "corrective_action_done"
    timeline: ClassVar[str | None] = "cap"
    template: ClassVar[str | None] = "cap"

    id: str
    evidence: PersonalText
    check_at: Utc


class CorrectiveActionChecked(Fact):
    """The effect of a corrective action was checked. One that does not work is open again until `due_at` (UTC)."""

    kind: ClassVar[str] = "corrective_action_checked"
    timeline: ClassVar[str | None] = "cap"
    template: ClassVar[str | None] = "cap"

    id: str
    works: bool
    text: PersonalText
    due_at: Utc | None = None


class CorrectiveActionDropped(Fact):
    """A corrective action is not done any more, and why; its reminders end, and it stays on the record."""

    kind: ClassVar[str] = "corrective_action_dropped"
    timeline: ClassVar[str | None] = "cap"
    template: ClassVar[str | None] = "cap"

    id: str
    reason: PersonalText


class SignOffAsked(Fact):
    """The outcome of an incident is to be signed off by these groups and people until `due_at` (UTC) (S2-43)."""

    kind: ClassVar[str] = "sign_off_asked"

    due_at: Utc
    by: tuple[PersonId, ...] = ()


class OutcomeSigned(Fact):
    """Management signed off the outcome of an incident (S2-43)."""

    kind: ClassVar[str] = "outcome_signed"
    timeline: ClassVar[str | None] = "sign_off"
    template: ClassVar[str | None] = "signoff"

    text: MaybePersonalText = None


class ResourcesAsked(Fact):
    """Resources were asked of management, such as people, money or time (S2-43)."""

    kind: ClassVar[str] = "resources_asked"
    timeline: ClassVar[str | None] = "sign_off"
    template: ClassVar[str | None] = "signoff"

    id: str
    text: PersonalText


class ResourcesAnswered(Fact):
    """Management granted or declined resources that were asked for (S2-43)."""

    kind: ClassVar[str] = "resources_answered"
    timeline: ClassVar[str | None] = "sign_off"
    template: ClassVar[str | None] = "signoff"

    id: str
    granted: bool
    text: MaybePersonalText = None
