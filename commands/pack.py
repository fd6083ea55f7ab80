"""`pack`: the pack of a report to a regulator: shown, values typed, frozen with a digest, approved by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.fields.regime_choices import REGIMES, REPORTS
from commands.core.preconditions import refuse_without
from commands.core.request import Fields
from commands.core.rules.outside import pack_lines, pack_rules, pack_view
from commands.core.rules.outside.pack_view import PackView
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.outside.report_packs import PackApproved
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.report.pack_document import values_of

Act = Literal["show", "values", "freeze", "approve"]
PackId = Annotated[str, StringConstraints(pattern=r"^[\w-]{1,12}$")]
_ACTS: Final = (
    ("show", "Show it"),
    ("values", "Type values"),
    ("freeze", "Freeze it"),
    ("approve", "Approve a frozen one"),
)
_SYNONYMS: Final = (("set", "values"), ("value", "values"), ("type", "values"), ("draft", "show"), ("view", "show"))


class Pack(Verb):
    """Prepare the pack of a report: `pack dora initial` shows it, `pack dora initial 2.4: …` types a value, `pack freeze dora initial`, `pack approve PK1`."""

    name = "pack"
    aliases = ("packs",)
    group = Group.PROVE
    needs_text = False

    act: Annotated[
        Act | None, FormField("What to do", Control.CHOICE, leading=True, choices=_ACTS, synonyms=_SYNONYMS)
    ] = None
    pack: Annotated[
        PackId | None,
        FormField(
            "Pack",
            Control.WORD,
            "PK1; to show or approve a frozen one",
            leading=True,
            pattern=r"PK-?\d+",
            words=("id",),
        ),
    ] = None
    regime: Annotated[Slug | None, FormField("Regime", Control.CHOICE, leading=True, choices=REGIMES)] = None
    obligation: Annotated[Slug | None, FormField("Report", Control.CHOICE, leading=True, choices=REPORTS)] = None
    values: Annotated[
        str | None,
        FormField("Values", Control.TEXT, "One on each line, as in `2.4: what happened`", rest=True, keyed=True),
    ] = None

    @property
    def kind(self) -> Act:
        """What to do: as chosen, else typed values if there are some, else show it."""
        return self.act or ("values" if (self.values or "").strip() else "show")

    @classmethod
    def is_whole(cls, fields: Fields) -> bool:
        """True unless values are to be typed and none are."""
        return fields.get("act") != "values" or bool(fields.get("values"))

    def decide(self, now: DecisionContext) -> Sequence[Fact]:
        """Type values or freeze as anyone, approve with authority and as none of its authors. What is shown is not recorded."""
        if self.kind == "approve":
            return (self._approved(now),)
        if self.kind == "show":
            self.view(now)
            return ()
        report = pack_rules.report_named(now, self.regime, self.obligation)
        if self.kind == "freeze":
            return (pack_rules.frozen(now, report),)
        if not (self.values or "").strip():
            example = report.stage.fields[0].id
            raise Refusal(Code.MISSING_FIELDS, "pack_lines", "values", example=example)
        return pack_lines.typed_values(report, self.values or "")

    def view(self, now: DecisionContext) -> PackView:
        """Return the values of the report or the pack; of all packs when none is named."""
        if self.kind == "show" and not (self.pack or self.regime or self.obligation):
            return pack_view.all_packs(now)
        if self.pack is not None:
            return pack_view.of_pack(now, self.pack)
        return pack_view.of_report(now, self.regime, self.obligation)

    def _approved(self, now: DecisionContext) -> PackApproved:
        pack = pack_rules.pack_named(now, self.pack)
        if pack.approved_by is not None:
            raise Refusal(Code.STATE, "pack_approved", "pack", pack=pack.id)
        if pack_rules.is_superseded(now, pack):
            raise Refusal(Code.STATE, "pack_superseded", "pack", pack=pack.id)
        fact = pack_rules.frozen_in(now, pack)
        if fact is None or values_of(fact) is None:
            raise Refusal(Code.STATE, "pack_gone", "pack", pack=pack.id)
        refuse_without(now, "obligation_not_yours", now.policy.authority.obligation)
        if now.actor.id in pack.authors:
            raise Refusal(Code.NOT_AUTHORISED, "pack_own", "pack", pack=pack.id)
        return PackApproved(
            pack=pack.id,
            regime=pack.regime,
            obligation=pack.obligation,
            revision=pack.revision,
            sha256=pack.sha256,
        )
