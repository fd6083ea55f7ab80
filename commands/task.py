"""`task`: what one person does by a date, after an incident or apart from any."""

from __future__ import annotations

from typing import Annotated, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.organisation import task_choices
from commands.core.rules.organisation import task_list as rules
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.delivery import PromptPutOff
from incident.entry import Fact
from incident.frozen import Utc
from incident.refusal import Code, Refusal
from organisation.entries.task_changes import TaskDone, TaskKind, TaskMoved, TaskOpened, TaskWithdrawn
from organisation.fold.task_changes import PROMPT
from roles.person_ids import PersonId


class Task(Verb):
    """Open a task with an owner and a due date: `task open @eva due=12 December …`; `task done T1 …`, `task move T1 due=…`."""

    name = "task"
    group = Group.RECORD
    asserts = ("done",)
    needs_incident = False
    of_organisation = True

    what: Annotated[
        Literal["open", "done", "move", "later", "withdraw", "redact"],
        FormField(
            "What to do",
            Control.CHOICE,
            leading=True,
            needed=True,
            choices=task_choices.WHAT,
            synonyms=task_choices.SYNONYMS,
        ),
    ]
    id: Annotated[
        str | None, FormField("Which task", Control.WORD, "Its id, such as T1", leading=True, only=task_choices.OF_ONE)
    ] = None
    owner: Annotated[
        PersonId | None,
        FormField("Owner", Control.PERSON, "Who does it", leading=True, words=("for",), only=("open", "move")),
    ] = None
    due: Annotated[
        Utc | None,
        FormField("Due", Control.MOMENT, words=("by", "until"), by_day=True, only=("open", "move", "later")),
    ] = None
    text: Annotated[str | None, FormField("Task", Control.TEXT, "One thing to do", rest=True, only=("open",))] = None
    evidence: Annotated[str | None, FormField("What shows that it is done", Control.TEXT, only=("done",))] = None
    reason: Annotated[str | None, FormField("Why", Control.TEXT, because=True, only=("move", "withdraw", "redact"))] = (
        None
    )
    kind: Annotated[TaskKind, FormField("Kind", Control.CHOICE, choices=task_choices.KINDS, only=("open",))] = (
        TaskKind.OTHER
    )

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return f"task_{self.what}"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Open a task under the next id, or change one that is open."""
        if self.what == "open":
            return (self._opened(now),)
        if self.what == "later":
            return self._put_off(now)
        if self.what == "redact":
            return (rules.redaction(self.id, self.reason or self.text, now),)
        task = rules.task_meant(self.id, now)
        rules.refuse_unless_theirs(task, now)
        if self.what == "move":
            return (self._moved(now, task.id, task.owner, task.due_at, task.incident),)
        if self.what == "done":
            return (
                TaskDone(
                    id=task.id, evidence=rules.needed_text(self.evidence or self.text, "task_evidence", "evidence")
                ),
            )
        return (TaskWithdrawn(id=task.id, reason=rules.needed_text(self.reason or self.text, "task_reason", "reason")),)

    def _opened(self, now: DecisionContext) -> Fact:
        text = rules.needed_text(self.text, "task_text", "text")
        if self.owner is None or self.due is None:
            empty = ("owner",) * (self.owner is None) + ("due",) * (self.due is None)
            raise Refusal(Code.MISSING_FIELDS, "task_owner_and_due", *empty)
        number = now.incident.number if now.incident else None
        rules.refuse_owner(now, self.owner, number)
        rules.refuse_past(now, self.due)
        return TaskOpened(
            id=f"{rules.PREFIX}{now.organisation.opened_tasks + 1}",
            task_kind=self.kind,
            text=text,
            owner=self.owner,
            due_at=self.due,
            incident=number,
        )

    def _moved(self, now: DecisionContext, task: str, owner: PersonId, due: Utc, number: str | None) -> Fact:
        if self.owner is None and self.due is None:
            raise Refusal(Code.MISSING_FIELDS, "task_move_what", "due", "owner")
        rules.refuse_owner(now, self.owner or owner, number)
        if self.due is not None:
            rules.refuse_past(now, self.due)
        return TaskMoved(id=task, owner=self.owner or owner, due_at=self.due or due, reason=self.reason or self.text)

    def _put_off(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Postpone the reminders of one task, to a day that is given or to this time tomorrow."""
        task = rules.task_meant(self.id, now)
        until = rules.postponed_until(self.due, self.text, now)
        asked = [one for one in now.organisation.prompted if one.due.startswith(f"{PROMPT}:{task.id}:")]
        mine = [one for one in asked if now.actor.id in one.asked and one.until is None]
        if not mine:
            raise Refusal(Code.STATE, "task_later_nothing", "id", id=task.id)
        return tuple(PromptPutOff(due=one.due, until=until) for one in mine)
