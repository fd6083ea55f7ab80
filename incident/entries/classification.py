"""Facts about what kind of incident it is and how much it matters."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText
from incident.states import Priority


class PriorityChanged(Fact):
    """Impact and urgency were judged and gave a priority; its targets stand here as minutes (S1-38, S1-90)."""

    kind: ClassVar[str] = "priority_changed"
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


class CategoryChanged(Fact):
    """The category was changed, with a reason; the initial one stays in the history (S1-32, S1-37).

    `unlisted`: the catalogue names categories for the service, and this was none of them (S1-35).
    """

    kind: ClassVar[str] = "category_changed"
    timeline: ClassVar[str | None] = "category"
    template: ClassVar[str | None] = "category"

    category: str
    subcategory: str | None
    reason: PersonalText
    unlisted: bool = False


class Reclassified(Fact):
    """The type of the incident was changed; the original stays in the history (S1-27)."""

    kind: ClassVar[str] = "reclassified"
    timeline: ClassVar[str | None] = "reclassification"
    template: ClassVar[str | None] = "reclassify"

    old: str
    type: str
    reason: PersonalText
    restricted: bool = False


class Confirmed(Fact):
    """Somebody confirmed that the final category or the final priority is right (S1-56)."""

    kind: ClassVar[str] = "confirmed"
    timeline: ClassVar[str | None] = "confirm"
    template: ClassVar[str | None] = "confirm"

    category: bool
    priority: bool
