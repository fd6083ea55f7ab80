"""`submitted`: a report to a regulator was submitted, under its reference."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.fields.regime_choices import REGIMES, REPORTS
from commands.core.preconditions import refuse_without
from commands.core.request import Fields
from commands.core.rules.outside.clock_facts import started_clocks
from commands.core.rules.outside.own_time import dated
from commands.core.rules.outside.pack_rules import pack_named
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.outside.regulatory_clocks import ReportSubmitted
from incident.entries.outside.report_packs import PackSubmitted
from incident.frozen import Utc, utc_text
from incident.model.incident import Incident
from incident.ports import Reader
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
    pack: Annotated[
        Slug | None, FormField("Pack", Control.LINE, "The approved pack that was submitted, such as PK1", words=("as",))
    ] = None

    @classmethod
    def proposal(cls, fields: Fields, incident: Incident, reader: Reader) -> Fields:
        """Propose the last approved pack of the report."""
        about = (fields.get("regime"), fields.get("obligation"))
        found = [one for one in incident.packs if (one.regime, one.obligation) == about and one.approved_by]
        return {"pack": found[-1].id} if found else {}

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record the submission of a report whose clock started, once, with authority, and start what follows from it."""
        clock = now.open.clock(self.regime, self.obligation)
        if clock is None and self.regime not in now.open.regimes:
            regimes = ", ".join(now.open.regimes) or "none"
            raise Refusal(Code.STATE, "regime_not_in_force", "regime", regime=self.regime, regimes=regimes)
        if clock is None or clock.submitted_at is not None:
            reason = "clock_none" if clock is None else "submitted_twice"
            raise Refusal(Code.STATE, reason, "obligation", regime=self.regime, obligation=self.obligation)
        refuse_without(now, "obligation_not_yours", now.policy.authority.obligation)
        if now.open.drill:
            raise Refusal(Code.DRILL_EXTERNAL_BLOCKED, "submitted_in_drill", "regime")
        at = self.at or now.happened_at
        if at < clock.trigger_at:
            raise Refusal(Code.BAD_VALUE, "submitted_before_known", "at", since=utc_text(clock.trigger_at))
        pack = self._pack(now)
        fact = ReportSubmitted(regime=self.regime, obligation=self.obligation, ref=self.ref, late=at > clock.due_at)
        own = dated(now, fact, self.at, "at")
        return (
            own,
            *((dated(now, pack, self.at, "at"),) if pack else ()),
            *started_clocks(lambda: clocks_by_submission(now.open, now.policy, self.regime, self.obligation, at)),
        )

    def _pack(self, now: DecisionContext) -> PackSubmitted | None:
        """Return which pack was submitted: an approved one of this report; None if none is named."""
        if not self.pack:
            return None
        pack = pack_named(now, self.pack)
        if (pack.regime, pack.obligation) != (self.regime, self.obligation):
            raise Refusal(Code.BAD_VALUE, "pack_of_other", "pack", pack=pack.id, label=pack.label)
        if pack.approved_by is None:
            raise Refusal(Code.STATE, "pack_not_approved", "pack", pack=pack.id)
        return PackSubmitted(
            pack=pack.id,
            regime=pack.regime,
            obligation=pack.obligation,
            revision=pack.revision,
            sha256=pack.sha256,
        )
