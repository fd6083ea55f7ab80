"""The questions about the impact that `declare` and `priority` ask, and what is recorded of the answers."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext
from incident.entries.classification import LevelsProposed
from incident.rules.classification.proposed_levels import ImpactAnswers, proposed_levels
from incident.rules.outside.personal_data import affects_personal_data

MOST_AFFECTED: Final = 10_000_000_000
_TIER: Final = 2


def _number(given: object) -> object:
    """Return a number without its percent sign and the spaces that people put into thousands."""
    return given.strip().rstrip("%").replace(" ", "") if isinstance(given, str) else given


ImpactWords = Annotated[
    str | None,
    FormField(
        "What is impaired, and how broadly?", Control.TEXT, "The process or the people, in words", words=("impaired",)
    ),
]
AffectedUsers = Annotated[
    Annotated[int, Field(ge=0, le=MOST_AFFECTED), BeforeValidator(_number)] | None,
    FormField("How many users are affected?", Control.LINE, "A whole number; it proposes the impact"),
]
AffectedShare = Annotated[
    Annotated[int, Field(ge=0, le=100), BeforeValidator(_number)] | None,
    FormField("Percent of all users", Control.LINE, "0 to 100; it proposes the impact"),
]
UnbearableIn = Annotated[
    int | None,
    FormField(
        "Minutes until it is unacceptable", Control.MINUTES, "It proposes the urgency", words=("unacceptable_in",)
    ),
]


def assessed(now: DecisionContext, answers: ImpactAnswers, service: str) -> LevelsProposed | None:
    """Return the answers with the levels that the policy proposes for them; None without an answer."""
    known = now.policy.services.get(service)
    return proposed_levels(
        answers,
        now.policy,
        tier=known.tier if known else _TIER,
        personal_data=now.incident is not None and affects_personal_data(now.incident) is not None,
        at=now.happened_at,
    )
