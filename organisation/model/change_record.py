"""A change of a service as it is folded. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, PersonalText, Utc
from roles.person_ids import PersonId


class ChangeRecord(Frozen):
    """A change that was made `at` (UTC), recorded by a person or a pipeline."""

    ref: str
    text: PersonalText
    service: str | None
    by: PersonId
    at: Utc
