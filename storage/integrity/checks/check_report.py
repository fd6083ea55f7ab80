"""The result of verification: counts, and each problem with the first entry it concerns."""

from __future__ import annotations

from typing import Literal

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc

ProblemKind = Literal["tampered", "truncated", "key", "stamp", "rebuild", "triggers"]


class Problem(Frozen):
    """One problem.

    `tampered`: the record was changed. `truncated`: the rest is intact, but the end is missing, as after restoring an old
    backup. `key`: a checkpoint is not signed with a known key. `stamp`: a timestamp is invalid. `rebuild`: the record is
    intact, but derived rows are wrong and can be rebuilt. `triggers`: triggers that protect the record are missing.
    """

    kind: ProblemKind
    what: str
    key: IncidentKey | None = None
    n: int | None = None


class TrustedCheckpoint(Frozen):
    """The last checkpoint that still matches the record, together with all before it."""

    seq: int
    taken_at: Utc
    root: str
    signed_by: str | None


class VerificationReport(Frozen):
    """The result of verification. `unsigned` checkpoints are no problem, but they prove nothing to outsiders.

    `unchanged` are the chains that were not read again, since no entry was added to them after a verified checkpoint.
    `numbers` are the display numbers of the incidents that have a problem, as the projection says; the chain may say another.
    """

    chains: int
    entries: int
    checkpoints: int
    problems: tuple[Problem, ...]
    numbers: tuple[tuple[IncidentKey, str], ...] = ()
    unsigned: int = 0
    retired: int = 0
    stamped: int = 0
    unchanged: int = 0
    trusted: TrustedCheckpoint | None = None

    @property
    def is_sound(self) -> bool:
        """True if there are no problems."""
        return not self.problems

    @property
    def is_tampered(self) -> bool:
        """True if the record was changed."""
        return self._has("tampered")

    @property
    def is_truncated(self) -> bool:
        """True if the end of the record is missing."""
        return self._has("truncated")

    def _has(self, kind: ProblemKind) -> bool:
        return any(problem.kind == kind for problem in self.problems)
