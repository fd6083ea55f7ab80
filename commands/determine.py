"""`determine`: a fact on which reports depend is determined, and starts the clocks of the regimes in force."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.fields.regime_choices import DETERMINATIONS
from commands.core.rules.outside.clock_facts import started_clocks
from commands.core.rules.outside.own_time import dated
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.outside.regulatory_clocks import Determined
from incident.frozen import Utc
from incident.refusal import Code, Refusal
from incident.rules.outside.clock_starts import clocks_by_determination

_RESULTS: Final = (("True", "Yes"), ("False", "No"))
_SYNONYMS: Final = (("yes", "True"), ("no", "False"), ("not", "False"))


class Determine(Verb):
    """Determine what starts a legal clock, and why: `determine aware_personal_data_breach because …`."""

    name = "determine"
    group = Group.PROVE
    asserts = True

    what: Annotated[
        Slug, FormField("What is determined", Control.CHOICE, leading=True, needed=True, choices=DETERMINATIONS)
    ]
    reason: Annotated[
        str | None, FormField("Why", Control.TEXT, "What shows it", rest=True, because=True, needed=True)
    ] = None
    at: Annotated[
        Utc | None, FormField("Since when it is known", Control.MOMENT, "Left empty: now", past=True, words=("since",))
    ] = None
    result: Annotated[
        bool, FormField("Is it so?", Control.CHOICE, choices=_RESULTS, synonyms=_SYNONYMS, words=("answer",))
    ] = True

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record it with its reason, in any state, by anyone; if it is so, start the clocks that did not start before."""
        if not (self.reason or "").strip():
            raise Refusal(Code.JUSTIFICATION, "determine_why", "reason")
        fact = Determined(what=self.what, result=self.result, reason=self.reason or "")
        known_at = self.at or now.happened_at
        own = dated(now, fact, self.at, "at")
        if not self.result:
            return (own,)
        return (own, *started_clocks(lambda: clocks_by_determination(now.open, now.policy, self.what, known_at)))
