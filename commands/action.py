"""`action`: one task for one person, with an optional time box."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.message_reference import source_message
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import ActionOpened
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.rules.short_ids import next_id
from roles.person_ids import PersonId


class Action(Verb):
    """Assign one task to one person, with a time box if it needs one."""

    name = "action"
    aliases = ("todo", "action item", "follow up")
    group = Group.RECORD

    assignee: Annotated[PersonId, FormField("Who", Control.PERSON, leading=True, needed=True)]
    text: Annotated[
        str, FormField("Task", Control.TEXT, "One thing that one person can finish", rest=True, needed=True)
    ]
    timebox_minutes: Annotated[
        Annotated[int, Field(gt=0)] | None,
        FormField(
            "Time box in minutes", Control.MINUTES, "They get a reminder when it ends", words=("timebox", "within")
        ),
    ] = None
    id: Annotated[Slug | None, FormField("Its id", Control.WORD, "Default: the next one, A1, A2, …")] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Open the action under an unused id; the time box counts from when the action was assigned."""
        taken = (*(action.id for action in now.open.actions), *now.open.spent_ids)
        if self.id in taken:
            raise Refusal(Code.STATE, "action_id_used", "id", id=self.id or "")
        refuse_unless_person(now, self.assignee, "assignee")
        box = None if self.timebox_minutes is None else timedelta(minutes=self.timebox_minutes)
        channel, ts = source_message(now)
        opened = ActionOpened(
            id=self.id or next_id("A", taken),
            text=self.text,
            assignee=self.assignee,
            due_at=None if box is None else now.happened_at + box,
            channel=channel,
            ts=ts,
        )
        return (opened,)
