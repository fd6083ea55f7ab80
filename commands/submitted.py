"""`submitted`: a report to a regulator was submitted, under its reference."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.fields.regime_choices import REGIMES, REPORTS
from commands.core.preconditions import refuse_without
from commands.core.rules.outside.clock_facts import started_clocks
from commands.core.rules.outside.own_time import dated
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.outside.regulatory_clocks import ReportSubmitted
from incident.frozen import Utc
from incident.refusal import Code, Refusal
from incident.rules.outside.clock_starts import clocks_by_submission


class Submitted(Verb):
    """Record that a report was submitted, with its reference: `submitted gdpr33 authority DPA-88120`."""

    name = "submitted"
    group = Group.PROVE
    asserts = True

    regime: Annotated[Slug, FormField("Regime", Control.CHOICE, leading=True, needed=True, choices=REGIMES)]
    obligation: Annotated[Slug, FormField("Report", Control.CHOICE, leading=True, needed=True, choices=REPORTS)]
    ref: Annotated[
        str, FormField("Reference", Control.LINE, "The number that the authority gave", rest=True, needed=True)
    ]
    at: Annotated[Utc | None, FormField("When it was submitted", Control.MOMENT, "Left empty: now", past=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record the submission of a report whose clock started, once, with authority, and start what follows from it."""
        clock = now.open.clock(self.regime, self.obligation)
        if clock is None or clock.submitted_at is not None:
            reason = "clock_none" if clock is None else "submitted_twice"
            raise Refusal(Code.STATE, reason, "obligation", regime=self.regime, obligation=self.obligation)
        refuse_without(now, "obligation_not_yours", now.policy.authority.obligation)
        if now.open.drill:
            raise Refusal(Code.DRILL_EXTERNAL_BLOCKED, "submitted_in_drill", "regime")
        at = self.at or now.happened_at
        fact = ReportSubmitted(regime=self.regime, obligation=self.obligation, ref=self.ref, late=at > clock.due_at)
        own = dated(now, fact, self.at, "at")
        return (
            own,
            *started_clocks(lambda: clocks_by_submission(now.open, now.policy, self.regime, self.obligation, at)),
        )
