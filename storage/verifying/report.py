"""What came of checking a record: numbers, and each problem with the entry it begins at."""

from __future__ import annotations

from typing import Literal

from incident.entry import IncidentKey
from incident.frozen import Frozen

Kind = Literal["tampered", "rebuild", "guards"]


class Problem(Frozen):
    """One thing that does not hold.

    `tampered`: the record itself is not what was recorded. `rebuild`: the record holds, what was derived from it does
    not and can be made again. `guards`: nothing is wrong yet, but nothing would stop it.
    """

    kind: Kind
    what: str
    key: IncidentKey | None = None
    n: int | None = None


class Report(Frozen):
    """The whole answer of a check."""

    chains: int
    entries: int
    checkpoints: int
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether everything holds."""
        return not self.problems

    @property
    def is_tampered(self) -> bool:
        """Tell whether the record itself was changed."""
        return any(problem.kind == "tampered" for problem in self.problems)
