"""Facts about type, category and priority."""

from __future__ import annotations

from typing import ClassVar, Final

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.states import Priority

HARMS: Final = ("confidentiality", "integrity", "availability")


class PriorityChanged(Fact):
    """Impact and urgency gave a priority (S1-38, S1-90). The targets are those of the policy then, in minutes.

    `simple_class` is the policy's word for the priority, such as High (S2-17).
    """

    kind: ClassVar[str] = "priority_changed"
    version: ClassVar[int] = 2
    timeline: ClassVar[str | None] = "priority"
    template: ClassVar[str | None] = "priority"

    old: Priority | None
    impact: int
    urgency: int
    priority: Priority
    justification: PersonalText
    initial: bool = False
    provisional: bool = False
    ack_minutes: int | None = None
    commander_minutes: int | None = None
    restore_minutes: int | None = None
    simple_class: str | None = None


class LevelsProposed(Fact):
    """What a person answered about the impact, and the levels that the rules of the policy propose for it (S1-38, S1-41).

    `share` is in percent of all users, `unbearable_in` in minutes. `rules` are the conditions that held. The levels of the
    priority recorded with it may differ: a person's judgement counts.
    """

    kind: ClassVar[str] = "levels_proposed"
    timeline: ClassVar[str | None] = "assessment"

    impact_words: MaybePersonalText = None
    affected: int | None = None
    share: int | None = None
    unbearable_in: int | None = None
    unbearable_at: Utc | None = None
    impact: int | None = None
    urgency: int | None = None
    rules: tuple[str, ...] = ()


class ClassificationWarned(Fact):
    """A classification was recorded although it falls short of these rules of the policy's strictness."""

    kind: ClassVar[str] = "classification_warned"
    is_folded: ClassVar[bool] = False

    rules: tuple[str, ...]


class HarmMarked(Fact):
    """What the incident harms: confidentiality, integrity, availability (S2-08). It takes the place of an earlier one."""

    kind: ClassVar[str] = "harm_marked"
    timeline: ClassVar[str | None] = "harm"
    template: ClassVar[str | None] = "harm"

    confidentiality: bool
    integrity: bool
    availability: bool
    reason: MaybePersonalText = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is harmed."""
        return tuple(name for name in HARMS if getattr(self, name))


class SpreadNoted(Fact):
    """What was contained spreads all the same, so impact and urgency are asked for again (S2-16)."""

    kind: ClassVar[str] = "spread_noted"
    timeline: ClassVar[str | None] = "spread"
    template: ClassVar[str | None] = "spread"

    text: PersonalText
    contained: tuple[int, ...]


class CategoryChanged(Fact):
    """The category changed, with a reason; the history keeps the initial one (S1-32, S1-37).

    `unlisted`: the catalogue lists categories for the service, and this is none of them (S1-35).
    """

    kind: ClassVar[str] = "category_changed"
    timeline: ClassVar[str | None] = "category"

    category: str
    subcategory: str | None
    reason: PersonalText
    unlisted: bool = False


class Reclassified(Fact):
    """The type changed; the history keeps the original (S1-27)."""

    kind: ClassVar[str] = "reclassified"
    timeline: ClassVar[str | None] = "reclassification"
    template: ClassVar[str | None] = "reclassify"

    old: str
    type: str
    reason: PersonalText
    restricted: bool = False


class Confirmed(Fact):
    """A person confirmed that the final category or the final priority is right (S1-56)."""

    kind: ClassVar[str] = "confirmed"
    timeline: ClassVar[str | None] = "confirm"

    category: bool
    priority: bool
