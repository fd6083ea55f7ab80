"""A pack as the incident holds it: which report, its digest, who made, approved and submitted it. Its values are in its entry."""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId


class ReportPack(Frozen):
    """A frozen pack, which entry `n` holds with its values; `missing` counts the fields without one."""

    n: int
    id: str
    regime: str
    obligation: str
    label: str
    revision: int
    sha256: str
    authors: tuple[PersonId, ...]
    by: PersonId
    at: Utc
    missing: int
    approved_by: PersonId | None = None
    approved_at: Utc | None = None
    submitted_at: Utc | None = None
