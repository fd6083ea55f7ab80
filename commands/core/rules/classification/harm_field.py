"""The field for what an incident harms, and the fact of it; `declare` and `harm` share it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from commands.core.fields.form_field import Control, FormField
from incident.entries.classification import HarmMarked

HarmKind = Literal["confidentiality", "integrity", "availability"]
CHOICES: Final = (
    ("confidentiality", "Confidentiality: read by people who may not"),
    ("integrity", "Integrity: changed or wrong"),
    ("availability", "Availability: gone, or not usable"),
)
HARM: Final = FormField("What does it harm?", Control.CHOICES, choices=CHOICES)


def marked(kinds: Collection[str], reason: str | None = None) -> HarmMarked:
    """Return the fact that marks these kinds of harm, and no others."""
    return HarmMarked(
        confidentiality="confidentiality" in kinds,
        integrity="integrity" in kinds,
        availability="availability" in kinds,
        reason=reason or None,
    )
