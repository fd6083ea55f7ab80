"""Facts about tasks: what one person does by a date, after an incident or apart from any."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId


class TaskKind(StrEnum):
    """What a task is for. The slugs are stored."""

    OTHER = "other"
    POLICY_REVIEW = "policy_review"
    LESSON = "lesson"
    CORRECTIVE_ACTION = "cap"
    RETRAINING = "retraining"
    DEFECT = "defect"
    CONTROL_REVIEW = "control_review"
    CLOCK_REVIEW = "clock_review"
    SIGN_OFF = "sign_off"
    SCREENING = "screening"


class TaskOpened(Fact):
    """A task was opened for its `owner`; `incident` is the number of the incident that it came from."""

    kind: ClassVar[str] = "task_opened"

    id: str
    task_kind: TaskKind
    text: PersonalText
    owner: PersonId
    due_at: Utc
    incident: str | None = None


class TaskMoved(Fact):
    """A task has another owner, another due date, or both."""

    kind: ClassVar[str] = "task_moved"

    id: str
    owner: PersonId
    due_at: Utc
    reason: MaybePersonalText = None


class TaskDone(Fact):
    """A task is done, and what shows it."""

    kind: ClassVar[str] = "task_done"

    id: str
    evidence: PersonalText


class TaskWithdrawn(Fact):
    """A task is not to be done any more, and why."""

    kind: ClassVar[str] = "task_withdrawn"

    id: str
    reason: PersonalText
