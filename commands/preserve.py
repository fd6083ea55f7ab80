"""`preserve`: puts an incident under legal hold, so that retention does not delete it; `preserve lift` ends the hold."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.integrity import Preserved
from incident.entry import Fact
from incident.refusal import Code, Refusal

_LIFT = (
    "lifted",
    "release",
    "released",
    "end",
    "ended",
    "off",
    "stop",
    "remove",
    "undo",
    "unhold",
    "unlock",
    "cancel",
    "over",
    "done",
)


class Preserve(Verb):
    """Put the incident under legal hold, so that it is never deleted; `preserve lift …` ends the hold."""

    name = "preserve"
    group = Group.RECORD
    asserts = True
    drastic = True

    lift: Annotated[bool, FormField("Lift the legal hold", Control.CHECK, leading=True, words=_LIFT)] = False
    reason: Annotated[str, FormField("Because", Control.TEXT, rest=True, because=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Set or lift the hold in any state of the incident, with the authority the policy names."""
        if now.open.preserved != self.lift:
            reason = "preserve_none" if self.lift else "preserve_already"
            raise Refusal(Code.STATE, reason, number=now.open.number)
        refuse_without(now, "preserve_not_yours", now.policy.authority.hold)
        return (Preserved(on=not self.lift, reason=self.reason),)
