"""`affected`: whom or what the incident affects, with how many, and whether that is known or estimated."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.request import Fields
from commands.core.rules.outside.replaced_entry import Replaced, replaced
from commands.core.verb import DatedFact, Decided, DecisionContext, Group, Verb
from incident.entries.outside.affected_data import PERSONAL, AffectedKind, AffectedNoted, Basis
from incident.refusal import Code, Refusal
from incident.rules.outside.privacy_call import privacy_call
from roles.person_ids import MUSTER

MOST: Final = 10_000_000_000
WHATS: Final = (
    ("systems", "Systems"),
    ("data_subjects", "Data subjects: people whose data are affected"),
    ("personal_data", "Classes of personal data"),
    ("other_data", "Classes of other data"),
    ("records", "Records"),
    ("clients", "Clients"),
    ("counterparts", "Financial counterparts"),
    ("transactions", "Transactions"),
    ("member_states", "Member States of the EU"),
)
_WHAT_WORDS: Final = (
    ("system", "systems"),
    ("people", "data_subjects"),
    ("subjects", "data_subjects"),
    ("data subjects", "data_subjects"),
    ("personal data", "personal_data"),
    ("other data", "other_data"),
    ("data", "other_data"),
    ("customers", "clients"),
    ("counterparties", "counterparts"),
    ("payments", "transactions"),
    ("states", "member_states"),
    ("countries", "member_states"),
    ("member states", "member_states"),
)
_BASES: Final = (("estimate", "Estimate"), ("known", "Known"))
_BASIS_WORDS: Final = (
    ("estimated", "estimate"),
    ("about", "estimate"),
    ("roughly", "estimate"),
    ("counted", "known"),
    ("actual", "known"),
)


class Affected(Verb):
    """Record whom or what it affects: `affected data_subjects 1200 basis=estimate customers of the shop`, `affected systems …`."""

    name = "affected"
    aliases = ("affects",)
    group = Group.CLASSIFY
    needs_text = False

    what: Annotated[
        AffectedKind,
        FormField("What is affected", Control.CHOICE, leading=True, needed=True, choices=WHATS, synonyms=_WHAT_WORDS),
    ]
    count: Annotated[
        Annotated[int, Field(ge=0, le=MOST)] | None,
        FormField("How many", Control.WORD, "A whole number", leading=True, pattern=r"\d{1,11}"),
    ] = None
    basis: Annotated[
        Basis | None,
        FormField(
            "Known or estimated", Control.CHOICE, leading=True, choices=_BASES, synonyms=_BASIS_WORDS, words=("is",)
        ),
    ] = None
    text: Annotated[
        str | None, FormField("Which", Control.TEXT, "Their names, classes or states, with commas between", rest=True)
    ] = None
    percent: Annotated[
        Annotated[int, Field(ge=0, le=100)] | None,
        FormField("Percent of all", Control.LINE, "0 to 100", words=("share",)),
    ] = None

    @classmethod
    def is_whole(cls, fields: Fields) -> bool:
        """True once a number or a text is there."""
        return any(fields.get(name) not in (None, "") for name in ("count", "percent", "text"))

    def view(self, now: DecisionContext) -> Replaced[AffectedNoted] | None:
        """Return what was recorded about the same before; None for the first."""
        return replaced(now, AffectedNoted, lambda fact: fact.what == self.what)

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record it in any state. Numbers come with their basis. The first about personal data pages the privacy officer."""
        text = (self.text or "").strip() or None
        has_number = self.count is not None or self.percent is not None
        if text is None and not has_number:
            raise Refusal(Code.MISSING_FIELDS, "affected_which", "text")
        if has_number and self.basis is None:
            count = "" if self.count is None else str(self.count)
            raise Refusal(Code.MISSING_FIELDS, "affected_basis", "basis", what=self.what, count=count)
        fact = AffectedNoted(
            what=self.what,
            count=self.count,
            percent=self.percent,
            basis=self.basis if has_number else None,
            text=text,
        )
        if self.what not in PERSONAL:
            return (fact,)
        call = privacy_call(now.open, now.policy, now.at, now.actor.id, now.reader.person)
        return (fact, *((DatedFact(call, occurred_at=now.at, by=MUSTER),) if call else ()))
