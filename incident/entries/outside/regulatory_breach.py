"""Facts about a breach of regulation: an incident was marked as one, and its impact is high from then on."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText


class RegulatoryMarked(Fact):
    """A person marked the incident as a breach of regulation, or took the mark away (S2-09, S2-14)."""

    kind: ClassVar[str] = "regulatory_marked"
    timeline: ClassVar[str | None] = "regulatory"
    template: ClassVar[str | None] = "regulatory"

    holds: bool
    reason: PersonalText


class ImpactForced(Fact):
    """A lower impact was asked for and not given, since the incident is a breach of regulation by entry `mark`."""

    kind: ClassVar[str] = "impact_forced"
    is_folded: ClassVar[bool] = False

    asked: int
    mark: int
