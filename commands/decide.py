"""`decide`: a decision with its rationale and who approved it, numbered D1, D2, … in the incident.

`decide D1 because …` gives the reason of a decision that was recorded without one.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.message_reference import source_message
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Corrected, DecisionMade
from incident.entry import Fact
from incident.record.amendments import as_reason
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId

_ID: Final = re.compile(r"D\d{1,6}", re.IGNORECASE)
_HIDDEN = FormField("", Control.WORD, hidden=True)


class Decide(Verb):
    """Record a decision, the reason for it and who approved it; `decide D1 because …` adds the reason later."""

    name = "decide"
    aliases = ("decision", "decided")
    group = Group.RECORD

    text: Annotated[str, FormField("Decision", Control.TEXT, "What was decided", rest=True, needed=True, after_to=True)]
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
        if _ID.fullmatch(self.text.strip()):
            return (self._reason_of(self.text.strip().upper(), now),)
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

    def _reason_of(self, id: str, now: DecisionContext) -> Corrected:
        """Return the reason of a decision that is on the record: a correction beside it, as its words stay as they were."""
        entries = now.reader.entries(now.open.key, kinds=(DecisionMade.kind,))
        made = [one.n for one in entries if isinstance(one.fact, DecisionMade) and one.fact.id == id]
        if not made or made[0] in now.open.undone:
            raise Refusal(Code.STATE, "decide_unknown", "text", id=id)
        if self.approved_by is not None:
            raise Refusal(Code.BAD_VALUE, "decide_approver", "approved_by", id=id)
        if not self.rationale:
            raise Refusal(Code.MISSING_FIELDS, "decide_reason", "rationale", id=id)
        return Corrected(corrects=made[0], text=as_reason(self.rationale))
