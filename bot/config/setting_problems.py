"""What is wrong with the settings, as sentences. Standard library only, so that every command can import it at once."""

from __future__ import annotations

from dataclasses import dataclass

MISSING = "is missing"


@dataclass(frozen=True)
class Problem:
    """One setting that is missing or wrong: where it was read, what is wrong, and what to do, as a sentence."""

    name: str
    fault: str
    advice: str = ""
    place: str = ""

    def __str__(self) -> str:
        """Return the sentences; no value of a setting is among them."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.name} {self.fault}. {self.advice}".rstrip()


class MissingSettings(Exception):  # noqa: N818 - it is an answer for a person, who reads all of it
    """Settings are missing or wrong; `problems` lists every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
