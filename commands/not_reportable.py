"""`not_reportable`: a person with authority decides that a regime asks for no report."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.fields.regime_choices import REGIMES
from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.outside.regulatory_clocks import NotReportable
from incident.entry import Fact


class NotReportableVerb(Verb):
    """Decide that a regime asks for no report, and why: `not reportable gdpr33 because …`."""

    name = "not_reportable"
    aliases = ("not reportable", "not-reportable")
    group = Group.PROVE
    drastic = True

    regime: Annotated[Slug, FormField("Regime", Control.CHOICE, leading=True, needed=True, choices=REGIMES)]
    reason: Annotated[str, FormField("Because", Control.TEXT, rest=True, because=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Decide with authority, again too. Clocks of the regime that still run end; one that is overdue stays missed."""
        refuse_without(now, "obligation_not_yours", now.policy.authority.obligation)
        running = (one for one in now.open.clocks if one.regime == self.regime and one.is_running)
        stopped = tuple(clock.obligation for clock in running if clock.due_at >= now.at)
        return (NotReportable(regime=self.regime, reason=self.reason, stopped=stopped),)
