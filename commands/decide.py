"""`decide`: a decision with its rationale and who approved it, numbered D1, D2, … in the incident."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.message_reference import source_message
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import DecisionMade
from incident.entry import Fact
from roles.person_ids import PersonId

_HIDDEN = FormField("", Control.WORD, hidden=True)


class Decide(Verb):
    """Record a decision, the reason for it and who approved it."""

    name = "decide"
    aliases = ("decision", "decided")
    group = Group.RECORD

    text: Annotated[str, FormField("Decision", Control.TEXT, "What was decided", rest=True, needed=True)]
    rationale: Annotated[
        str | None, FormField("Because", Control.TEXT, "Why, and what was ruled out", because=True)
    ] = None
    channel: Annotated[str | None, _HIDDEN] = None
    ts: Annotated[str | None, _HIDDEN] = None
    approved_by: Annotated[PersonId | None, FormField("Approved by", Control.PERSON, words=("approved", "by"))] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Number the decision and record it, with the message it was made from, if any.

        Who approved it is a member here; a decision that is recorded late may have been approved by one who left since.
        """
        if self.approved_by is not None:
            refuse_unless_person(now, self.approved_by, "approved_by", may_have_left=now.occurred_at is not None)
        channel, ts = source_message(now, self.channel, self.ts)
        made = DecisionMade(
            id=f"D{now.open.decisions + 1}",
            text=self.text,
            rationale=self.rationale or None,
            approved_by=self.approved_by,
            channel=channel,
            ts=ts,
        )
        return (made,)
