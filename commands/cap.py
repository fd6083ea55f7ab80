"""`cap`: a corrective action has an owner and a date, ends with evidence, and its effect is checked later."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from commands.core.request import Fields
from commands.core.rules.after_incident import follow_up
from commands.core.rules.after_incident import review_fields as fields
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.aftermath.lessons import (
    CorrectiveActionChecked,
    CorrectiveActionDone,
    CorrectiveActionDropped,
    CorrectiveActionMoved,
    CorrectiveActionOpened,
)
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.model.response.after_incident import CorrectiveAction
from incident.ports import Reader
from incident.refusal import Code, Refusal
from incident.rules.short_ids import next_id
from incident.states import ActionSort
from roles.person_ids import PersonId


class Cap(Verb):
    """Track a corrective action: `cap add @eva due=12 December Alert on lag`, `cap done CA1 …`, `cap check CA1 works=yes …`."""

    name = "cap"
    aliases = ("corrective action", "corrective")
    group = Group.PROVE
    asserts = ("done", "check")

    what: Annotated[fields.ActionStep, fields.ACTION_STEP]
    id: Annotated[str | None, fields.ACTION_ID] = None
    owner: Annotated[PersonId | None, fields.ACTION_OWNER] = None
    due: Annotated[Utc | None, fields.ACTION_DUE] = None
    sort: Annotated[ActionSort, fields.ACTION_SORT] = ActionSort.PREVENT
    works: Annotated[bool | None, fields.ACTION_WORKS] = None
    lesson: Annotated[str | None, fields.ACTION_LESSON] = None
    ticket: Annotated[str | None, fields.ACTION_TICKET] = None
    text: Annotated[str | None, fields.ACTION_TEXT] = None

    def view(self, now: DecisionContext) -> follow_up.DefaultDue | None:
        """Return that the date of a new action is the policy's, unless one was given."""
        return follow_up.DefaultDue() if self.what == "add" and self.due is None else None

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return f"cap_{self.what}"

    @classmethod
    def proposal(cls, given: Fields, incident: Incident, reader: Reader) -> Fields:
        """Propose a new action, unless one is named."""
        return {} if given.get("id") else {"what": given.get("what") or "add"}

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Open an action under the next id, or change one."""
        if self.what == "add":
            return (self._opened(now),)
        action = follow_up.action_meant(self.id, now)
        if action.dropped_at is not None:
            raise Refusal(Code.STATE, "cap_dropped", "id", id=action.id)
        if self.what == "check":
            return (self._checked(action, now),)
        if action.done_at is not None:
            raise Refusal(Code.STATE, "cap_done_already", "id", id=action.id)
        if self.what == "drop":
            return (CorrectiveActionDropped(id=action.id, reason=follow_up.drop_reason(self.text)),)
        if self.what == "move":
            return (self._moved(action, now),)
        check_at = now.happened_at + timedelta(days=now.policy.after.effect_days)
        return (
            CorrectiveActionDone(
                id=action.id, evidence=follow_up.needed(self.text, "cap_evidence", action.id), check_at=check_at
            ),
        )

    def _opened(self, now: DecisionContext) -> Fact:
        text = follow_up.needed(self.text, "cap_what")
        if self.owner is None:
            raise Refusal(Code.MISSING_FIELDS, "cap_owner", "owner")
        due = self.due or now.at + timedelta(weeks=now.policy.after.weeks(now.open.priority))
        follow_up.refuse_owner(self.owner, now)
        follow_up.refuse_past(due, now)
        taken = [one.id for one in now.open.aftermath.actions]
        return CorrectiveActionOpened(
            id=next_id(follow_up.ACTION_PREFIX, taken),
            text=text,
            sort=self.sort,
            owner=self.owner,
            due_at=due,
            lesson=follow_up.lesson_meant(self.lesson, now),
            ticket=self.ticket,
        )

    def _moved(self, action: CorrectiveAction, now: DecisionContext) -> Fact:
        if self.owner is None and self.due is None:
            raise Refusal(Code.MISSING_FIELDS, "task_move_what", "due", "owner")
        if self.owner is not None:
            follow_up.refuse_owner(self.owner, now)
        if self.due is not None:
            follow_up.refuse_past(self.due, now)
        return CorrectiveActionMoved(
            id=action.id, owner=self.owner or action.owner, due_at=self.due or action.due_at, reason=self.text
        )

    def _checked(self, action: CorrectiveAction, now: DecisionContext) -> Fact:
        if action.done_at is None:
            raise Refusal(Code.STATE, "cap_not_done", "id", id=action.id)
        text = follow_up.needed(self.text, "cap_check_how", action.id)
        if self.works is None:
            raise Refusal(Code.MISSING_FIELDS, "cap_works", "works", id=action.id)
        again = None if self.works else now.at + timedelta(weeks=now.policy.after.weeks(now.open.priority))
        return CorrectiveActionChecked(id=action.id, works=self.works, text=text, due_at=again)
