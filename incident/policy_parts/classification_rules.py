"""The rules of a policy for the classification of incidents: required fields, strictness, and what proposes impact and urgency."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from incident.frozen import Frozen
from incident.policy_parts.policy_numbers import Minutes
from incident.states import Priority

Strict = Literal["allow", "warn", "refuse"]
Level = Annotated[int, Field(ge=1, le=3)]
Percent = Annotated[int, Field(ge=0, le=100)]
LOW: Level = 3


class Strictness(Frozen):
    """What happens where a classification falls short: it is allowed, allowed with a warning on the record, or refused.

    `category_unlisted`: the catalogue has no such pair for the service. `category_other`: a category "other" does not say what.
    `impact_words`: an impact is given without words. `harm`: no harm is marked when a security incident is triaged.
    """

    category_unlisted: Strict = "warn"
    category_other: Strict = "warn"
    impact_words: Strict = "allow"
    harm: Strict = "warn"


class ImpactRule(Frozen):
    """A level of impact that is proposed if all that it names holds: at least so many affected, or so many percent of all.

    `tier`: the service is of this tier or a more important one. `personal_data`: personal data are recorded as affected.
    """

    impact: Level
    share: Percent | None = None
    affected: Annotated[int, Field(ge=1)] | None = None
    tier: Annotated[int, Field(ge=1)] | None = None
    personal_data: bool = False


class ClassificationRules(Frozen):
    """What a declaration must say, and what counts and times propose. The first of `impact_rules` that holds counts.

    `urgency_rules` gives for a level of urgency within how many minutes the impact becomes unacceptable at the latest.
    """

    declare_fields: tuple[str, ...] = ()
    strictness: Strictness = Strictness()
    impact_rules: tuple[ImpactRule, ...] = ()
    urgency_rules: dict[Level, Minutes] = {1: 60, 2: 480}
    simple_class: dict[Priority, Annotated[str, Field(min_length=1, max_length=20)]] = {}
    change_window_minutes: Minutes = 240
    categories_most: Annotated[int, Field(gt=0)] = 12
    subcategories_most: Annotated[int, Field(gt=0)] = 8
