"""What an examination finds: something missing, something wrong, something to know, something in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Weight(StrEnum):
    """How much a finding weighs. What is missing or wrong keeps Muster from working as it should."""

    MISSING = "Missing"
    WRONG = "Wrong"
    NOTE = "Good to know"
    GOOD = "In order"


BLOCKING: Final = (Weight.MISSING, Weight.WRONG)


@dataclass(frozen=True)
class Finding:
    """One thing that was found, in words that say what to do about it."""

    weight: Weight
    said: str


def missing(said: str) -> Finding:
    """Say what is not there and is needed."""
    return Finding(Weight.MISSING, said)


def wrong(said: str) -> Finding:
    """Say what is there and is not right."""
    return Finding(Weight.WRONG, said)


def note(said: str) -> Finding:
    """Say what nobody should be surprised by later."""
    return Finding(Weight.NOTE, said)


def good(said: str) -> Finding:
    """Say what is in order."""
    return Finding(Weight.GOOD, said)
