"""`regulatory`: the incident is a breach of regulation, which makes it major and its impact high; or the mark is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_without
from commands.core.verb import DatedFact, Decided, DecisionContext, Group, Verb
from incident.entries.lifecycle import MajorDeclared
from incident.entries.outside.regulatory_breach import RegulatoryMarked
from incident.refusal import Code, Refusal
from incident.rules.priority_matrix import change
from roles.person_ids import MUSTER

HIGH: Final = 1


class Regulatory(Verb):
    """Mark the incident as a breach of regulation: `regulatory because …`. It becomes major, with high impact."""

    name = "regulatory"
    aliases = ("regulatory breach", "breach of regulation")
    group = Group.CLASSIFY
    drastic = True

    lift: Annotated[
        bool, FormField("Take the mark away", Control.CHECK, leading=True, words=("lifted", "not", "no", "remove"))
    ] = False
    reason: Annotated[
        str | None,
        FormField("Why", Control.TEXT, "Which rule, and what shows it", rest=True, because=True, needed=True),
    ] = None

    def decide(self, now: DecisionContext) -> Sequence[Decided]:
        """Mark it with authority over majors or reports. Muster raises the impact and declares it major, as of now."""
        refuse_by_state(now, "set_priority")
        if (now.open.regulatory is not None) is not self.lift:
            raise Refusal(Code.STATE, "regulatory_none" if self.lift else "regulatory_twice")
        authority = now.policy.authority
        refuse_without(now, "regulatory_not_yours", (*authority.declare_major, *authority.obligation))
        if not (self.reason or "").strip():
            raise Refusal(Code.JUSTIFICATION, "regulatory_why", "reason")
        mark = RegulatoryMarked(holds=not self.lift, reason=self.reason or "")
        return (mark, *(() if self.lift else self._raised(now)))

    def _raised(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Return what follows at once: impact 1 for the reason that was given, and the major incident."""
        current = now.open.priorities[-1] if now.open.priorities else None
        urgency = current.urgency if current else now.policy.provisional_urgency
        found: list[Decided] = []
        if current is None or current.impact != HIGH:
            raised = change(
                now.policy, now.open.priority, impact=HIGH, urgency=urgency, justification=self.reason or ""
            )
            found.append(DatedFact(raised, occurred_at=now.at, by=MUSTER))
        if not now.open.major:
            found.append(DatedFact(MajorDeclared(reason=None, automatic=True), occurred_at=now.at, by=MUSTER))
        return tuple(found)
