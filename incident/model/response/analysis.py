"""What the analysis of an incident found, and how its systems were brought back. Values only."""

from __future__ import annotations

from typing import Final, Literal

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId

Status = Literal["open", "confirmed", "refuted"]

Method = Literal["backup", "patch", "rebuild", "failover", "rollback"]
# A backup can hold what did the harm, and a patch can be missing where it was thought to be.
TO_CHECK: Final = frozenset({"backup", "patch"})


class Finding(Frozen):
    """A finding, which entry `n` recorded. Without a source it is not `verified`, until entry `judged_by` confirms it."""

    n: int
    id: str
    text: PersonalText
    by: PersonId
    at: Utc
    source: MaybePersonalText = None
    evidence: str | None = None
    entry: int | None = None
    witness: PersonId | None = None
    verified: bool
    status: Status = "open"
    judged_by: int | None = None
    judged_at: Utc | None = None


class Recovery(Frozen):
    """A recovery, which entry `n` recorded; `checked_at` is when it was shown to be clean, by item `evidence` of the register."""

    n: int
    id: str
    method: Method
    text: PersonalText
    by: PersonId
    at: Utc
    backup: MaybePersonalText = None
    checked_at: Utc | None = None
    evidence: str | None = None

    @property
    def lacks_check(self) -> bool:
        """True if its method asks for a check, and none is on record (S2-24)."""
        return self.method in TO_CHECK and self.checked_at is None
