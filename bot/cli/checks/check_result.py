"""The result of one check of `muster doctor`: missing, wrong, good to know, or in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """The severity of a result. MISSING and WRONG keep Muster from working as it should."""

    MISSING = "Missing"
    WRONG = "Wrong"
    NOTE = "Good to know"
    GOOD = "OK"


BLOCKING: Final = (Severity.MISSING, Severity.WRONG)


@dataclass(frozen=True)
class CheckResult:
    """One result, with a message that says what to do."""

    severity: Severity
    message: str


def missing(message: str) -> CheckResult:
    """Something needed does not exist."""
    return CheckResult(Severity.MISSING, message)


def wrong(message: str) -> CheckResult:
    """Something exists and is wrong."""
    return CheckResult(Severity.WRONG, message)


def note(message: str) -> CheckResult:
    """Something the operator should know before it surprises them."""
    return CheckResult(Severity.NOTE, message)


def passed(message: str) -> CheckResult:
    """Something is in order."""
    return CheckResult(Severity.GOOD, message)
