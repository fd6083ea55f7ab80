"""What came of checking a record: numbers, and each problem with the entry it begins at."""

from __future__ import annotations

from typing import Literal

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc

Kind = Literal["tampered", "truncated", "key", "stamp", "rebuild", "triggers"]


class Problem(Frozen):
    """One thing that does not hold.

    `tampered`: the record itself is not what was recorded. `truncated`: what is there holds, and what came after it is
    gone, as after restoring an old backup. `key`: a checkpoint was not signed with a key that is known. `stamp`: a time
    stamp does not hold. `rebuild`: the record holds, what was derived from it does not and can be made again.
    `guards`: nothing is wrong yet, but nothing would stop it.
    """

    kind: Kind
    what: str
    key: IncidentKey | None = None
    n: int | None = None


class Trusted(Frozen):
    """The last checkpoint with which everything under it, and under all before it, still agrees."""

    seq: int
    taken_at: Utc
    root: str
    signed_by: str | None


class Report(Frozen):
    """The whole answer of a check. `unsigned` checkpoints are no problem, but nothing outside bears them out."""

    chains: int
    entries: int
    checkpoints: int
    problems: tuple[Problem, ...]
    unsigned: int = 0
    retired: int = 0
    stamped: int = 0
    trusted: Trusted | None = None

    @property
    def is_sound(self) -> bool:
        """Tell whether everything holds."""
        return not self.problems

    @property
    def is_tampered(self) -> bool:
        """Tell whether the record itself was changed."""
        return self._has("tampered")

    @property
    def is_truncated(self) -> bool:
        """Tell whether something is missing at the end of the record."""
        return self._has("truncated")

    def _has(self, kind: Kind) -> bool:
        return any(problem.kind == kind for problem in self.problems)
