"""What an examination finds: something missing, something wrong, something to know, something in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How much a finding weighs. What is missing or wrong keeps Muster from working as it should."""

    MISSING = "Missing"
    WRONG = "Wrong"
    NOTE = "Good to know"
    GOOD = "In order"


BLOCKING: Final = (Severity.MISSING, Severity.WRONG)


@dataclass(frozen=True)
class CheckResult:
    """One thing that was found, in words that say what to do about it."""

    weight: Severity
    said: str


def missing(said: str) -> CheckResult:
    """Say what is not there and is needed."""
    return CheckResult(Severity.MISSING, said)


def wrong(said: str) -> CheckResult:
    """Say what is there and is not right."""
    return CheckResult(Severity.WRONG, said)


def note(said: str) -> CheckResult:
    """Say what nobody should be surprised by later."""
    return CheckResult(Severity.NOTE, said)


def passed(said: str) -> CheckResult:
    """Say what is in order."""
    return CheckResult(Severity.GOOD, said)
