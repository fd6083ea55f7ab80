"""`screen`: a person answers whether personal data are affected. Muster asks, and never assumes an answer."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_without
from commands.core.verb import DatedFact, Decided, DecisionContext, Group, Verb
from incident.entries.outside.affected_data import Screened, ScreeningAnswer
from incident.refusal import Code, Refusal
from incident.rules.outside.privacy_call import privacy_call
from roles.person_ids import MUSTER, person_named
from roles.role_names import Role

_ANSWERS: Final = (("yes", "Yes"), ("no", "No"), ("unsure", "Not known yet"))
_SYNONYMS: Final = (("not known", "unsure"), ("unknown", "unsure"), ("unclear", "unsure"), ("maybe", "unsure"))


class Screen(Verb):
    """Answer whether personal data are affected, and why: `screen yes because …`, `screen no …`, `screen unsure …`."""

    name = "screen"
    aliases = ("screening",)
    group = Group.PROVE

    answer: Annotated[
        ScreeningAnswer,
        FormField(
            "Are personal data affected?",
            Control.CHOICE,
            leading=True,
            needed=True,
            choices=_ANSWERS,
            synonyms=_SYNONYMS,
        ),
    ]
    reason: Annotated[str | None, FormField("What shows it", Control.TEXT, rest=True, because=True, needed=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record the answer of the privacy officer, of those who decide on reports, or of the commander. It starts no clock."""
        if not (self.reason or "").strip():
            raise Refusal(Code.JUSTIFICATION, "screen_why", "reason")
        officer = now.policy.people.privacy_officer
        if not officer or now.actor.id != person_named(now.team, officer):
            refuse_without(now, "screen_not_yours", (*now.policy.authority.obligation, Role.COMMANDER.value))
        fact = Screened(answer=self.answer, reason=self.reason or "")
        if self.answer == "no":
            return (fact,)
        call = privacy_call(now.open, now.policy, now.at, now.actor.id, now.reader.person)
        return (fact, *((DatedFact(call, occurred_at=now.at, by=MUSTER),) if call else ()))
