"""`priority`: impact and urgency are judged; the priority is computed and cannot be typed."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.field_types import Level
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_short, refuse_without
from commands.core.rules.classification.impact_questions import (
    AffectedShare,
    AffectedUsers,
    ImpactWords,
    UnbearableIn,
    assessed,
)
from commands.core.rules.classification.strict_rules import SECURITY, warnings
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import LevelsProposed
from incident.entries.outside.regulatory_breach import ImpactForced
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules.classification.proposed_levels import ImpactAnswers
from incident.rules.priority_matrix import automatic_major, change, is_lowered

MIN_JUSTIFICATION: Final = 15
HIGH: Final = 1


class Priority(Verb):
    """Change impact and urgency, each 1 (high) to 3 (low); the priority follows from both."""

    name = "priority"
    aliases = ("impact", "urgency", "sev", "severity")
    group = Group.CLASSIFY

    impact: Annotated[
        Level | None, FormField("Impact", Control.LEVEL, leading=True, needed=True, words=("sev", "severity"))
    ] = None
    urgency: Annotated[Level | None, FormField("Urgency", Control.LEVEL, leading=True, needed=True)] = None
    justification: Annotated[
        str, FormField("Why", Control.TEXT, "At least 15 characters", rest=True, because=True, needed=True)
    ] = ""

    impact_words: ImpactWords = None
    affected: AffectedUsers = None
    share: AffectedShare = None
    unbearable_in: UnbearableIn = None

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "set_priority"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Set the priority that impact and urgency give; one left out is the one proposed, else keeps its value."""
        refuse_by_state(now, self.intent)
        answers = ImpactAnswers(self.impact_words, self.affected, self.share, self.unbearable_in)
        assessment = assessed(now, answers, now.open.service)
        impact, urgency = self._levels(now.open, assessment)
        forced = _forced(now.open, impact)
        impact = HIGH if forced else impact
        priority = now.policy.priority_of(impact, urgency)
        old = now.open.priority
        if is_lowered(old, priority):
            refuse_without(now, "lower_priority", now.policy.authority.lower_priority, "impact", "urgency")
        refuse_short(self.justification, MIN_JUSTIFICATION, "priority_why", "justification")
        changed = change(now.policy, old, impact=impact, urgency=urgency, justification=self.justification)
        judged = (assessment,) if assessment else ()
        warned = warnings(now, *(("harm",) if now.open.type == SECURITY and not now.open.harm else ()))
        return (*judged, changed, *warned, *automatic_major(now.policy, priority, is_major=now.open.major), *forced)

    def _levels(self, incident: Incident, proposed: LevelsProposed | None) -> tuple[int, int]:
        current = incident.priorities[-1] if incident.priorities else None
        impact = self.impact or (proposed.impact if proposed else None) or (current.impact if current else None)
        urgency = self.urgency or (proposed.urgency if proposed else None) or (current.urgency if current else None)
        if impact is None or urgency is None:
            raise Refusal(Code.MISSING_FIELDS, "missing_fields", "impact", "urgency")
        return impact, urgency


def _forced(incident: Incident, asked: int) -> tuple[ImpactForced, ...]:
    """Return that a breach of regulation keeps the impact high, where a lower one is asked for (S2-14)."""
    mark = incident.regulatory
    return (ImpactForced(asked=asked, mark=mark),) if mark is not None and asked != HIGH else ()
