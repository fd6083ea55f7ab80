"""The parts of a folded incident that concern outsiders: evidence for investigators. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId


class EvidenceItem(Frozen):
    """An item of the evidence register; `by` is its custodian, `n` its entry."""

    n: int
    id: str
    item: PersonalText
    sha256: str | None
    location: MaybePersonalText
    collected_at: Utc
    by: PersonId
