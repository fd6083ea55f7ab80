"""A decision whose approver was named by another person, and who has not confirmed it yet. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId


class ApprovalQuestion(Frozen):
    """The decision `id` of entry `n` waits for the answer of `who`; it was recorded by `by`."""

    n: int
    id: str
    by: PersonId
    who: PersonId
    at: Utc
