"""A task as it is folded: whose it is, by when, and how it ended. Values only."""

from __future__ import annotations

from typing import Final

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from organisation.entries.task_changes import TaskKind
from roles.person_ids import PersonId

TASK_PREFIX: Final = "T"


def lesson_task(lesson: str, number: str) -> str:
    """Return the text of the task of a lesson. It names the lesson and not its words, so that these stay in the incident."""
    return f"Lesson {lesson} of {number}"


class Task(Frozen):
    """What one person does by a date. Entry `opened_by` opened it; `assigned_by` made it the owner's at `assigned_at` (UTC).

    `escalated_to` is the manager who was asked too. `ended` is the entry by which it was done or withdrawn.
    """

    id: str
    kind: TaskKind
    text: PersonalText
    owner: PersonId
    due_at: Utc
    opened_by: int
    opener: PersonId
    opened_at: Utc
    assigned_by: PersonId
    assigned_at: Utc
    incident: str | None = None
    done_at: Utc | None = None
    withdrawn_at: Utc | None = None
    evidence: MaybePersonalText = None
    escalated_to: PersonId | None = None
    ended: int | None = None

    @property
    def is_open(self) -> bool:
        """True until it is done or withdrawn."""
        return self.ended is None
