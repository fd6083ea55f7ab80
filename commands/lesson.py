"""`lesson`: a lesson names what it changes, and opens a task for its owner in the workspace chain.

The task names the lesson and not its text: what hides or removes text in an incident does not reach the workspace chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.after_incident import follow_up
from commands.core.verb import Decided, DecisionContext, Group, OpensTask, Verb
from incident.entries.aftermath.lessons import LessonLearned
from incident.frozen import Utc
from incident.refusal import Code, Refusal
from incident.rules.short_ids import next_id
from incident.states import LessonTarget
from organisation.entries.task_changes import TaskKind
from organisation.model.task_state import lesson_task
from roles.person_ids import PersonId

_TARGETS: Final = (
    (LessonTarget.CONTROL.value, "A control"),
    (LessonTarget.POLICY.value, "The policy"),
    (LessonTarget.PROCEDURE.value, "A procedure"),
    (LessonTarget.RUNBOOK.value, "A runbook"),
    (LessonTarget.AWARENESS.value, "Training and awareness"),
    (LessonTarget.CONFIGURATION.value, "A configuration"),
    (LessonTarget.TOOL.value, "A tool"),
)
_SYNONYMS: Final = (("training", LessonTarget.AWARENESS.value), ("config", LessonTarget.CONFIGURATION.value))
_TASK_OF: Final[Mapping[LessonTarget, TaskKind]] = {
    LessonTarget.POLICY: TaskKind.POLICY_REVIEW,
    LessonTarget.PROCEDURE: TaskKind.POLICY_REVIEW,
    LessonTarget.CONTROL: TaskKind.CONTROL_REVIEW,
}


class Lesson(Verb):
    """Record a lesson and open its task: `lesson runbook @eva due=friday Say how to fail over by hand`."""

    name = "lesson"
    aliases = ("lesson learned",)
    group = Group.PROVE

    target: Annotated[
        LessonTarget | None,
        FormField("What it changes", Control.CHOICE, leading=True, needed=True, choices=_TARGETS, synonyms=_SYNONYMS),
    ] = None
    owner: Annotated[
        PersonId | None, FormField("Owner", Control.PERSON, "Who changes it", leading=True, needed=True, words=("for",))
    ] = None
    due: Annotated[Utc | None, FormField("Due", Control.MOMENT, needed=True, words=("by", "until"), by_day=True)] = None
    text: Annotated[
        str | None, FormField("Lesson", Control.TEXT, "What to change, and why", rest=True, needed=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record the lesson under the next id, and open the task of its target."""
        given = {"target": self.target, "owner": self.owner, "due": self.due, "text": (self.text or "").strip()}
        if self.target is None or self.owner is None or self.due is None or not given["text"]:
            raise Refusal(Code.MISSING_FIELDS, "lesson_needs", *(name for name, value in given.items() if not value))
        follow_up.refuse_owner(self.owner, now)
        follow_up.refuse_past(self.due, now)
        text = str(given["text"])
        taken = [one.id for one in now.open.aftermath.lessons]
        lesson = LessonLearned(
            id=next_id(follow_up.LESSON_PREFIX, taken), text=text, target=self.target, owner=self.owner, due_at=self.due
        )
        kind = _TASK_OF.get(self.target, TaskKind.LESSON)
        named = lesson_task(lesson.id, now.open.number)
        return (lesson, OpensTask(follow_up.task_of(kind, named, self.owner, self.due, now.open.number)))
