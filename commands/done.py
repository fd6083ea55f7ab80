"""`done`: an action is finished, with its result."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import ActionDone
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant
from roles.person_ids import PersonId


class Done(Verb):
    """Mark an action as done and record its result."""

    name = "done"
    group = Group.RECORD
    asserts = True

    id: Annotated[str, FormField("Action", Control.WORD, "Its id, such as A1", leading=True, needed=True)]
    result: Annotated[str, FormField("Result", Control.TEXT, "What came out of it", rest=True, needed=True)]

    @classmethod
    def refusal_to_open(cls, incident: Incident) -> str | None:
        """Return that no action is open, if so."""
        return None if any(one.done_at is None for one in incident.actions) else "done_none"

    @classmethod
    def is_awaited(cls, incident: Incident, person: PersonId) -> bool:
        """True if an action is assigned to the person and not done."""
        return any(one.assignee == person and one.done_at is None for one in incident.actions)

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "action_done"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Complete an open action."""
        action = next((one for one in now.open.actions if is_meant(self.id, one.id, "A")), None)
        if action is None:
            raise Refusal(Code.STATE, "action_unknown", "id", id=self.id)
        if action.done_at is not None:
            raise Refusal(Code.STATE, "action_done_already", "id", id=action.id)
        return (ActionDone(id=action.id, result=self.result),)
