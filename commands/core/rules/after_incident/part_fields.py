"""The parts of the review and of the root cause analysis, as forms and typed lines ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from commands.core.fields.form_field import Control, FormField
from incident.states import Document, Part

PARTS_OF: Final[Mapping[Document, tuple[Part, ...]]] = {
    Document.REVIEW: (Part.WHAT_HAPPENED, Part.WENT_WELL, Part.WENT_BADLY, Part.LUCKY),
    Document.RCA: (Part.METHOD, Part.ROOT_CAUSE, Part.CONTRIBUTING, Part.CONFIDENCE, Part.ATTACK_VECTOR),
}


def _text(label: str, hint: str, *words: str) -> FormField:
    return FormField(label, Control.TEXT, hint, words=words, only=("write",))


WHAT_HAPPENED: Final = _text("What happened", "In a few paragraphs; cite entries as E12", "happened")
WENT_WELL: Final = _text("What went well", "Keep it, and say why it worked", "well")
WENT_BADLY: Final = _text("What did not go well", "What made the response slow or hard", "badly")
LUCKY: Final = _text("Where we were lucky", "What would have made it worse", "luck")
METHOD: Final = _text("Method", "Five whys, contributing factors, fault tree …")
ROOT_CAUSE: Final = _text("Root cause", "Of the system, not of a person", "cause")
CONTRIBUTING: Final = _text("Contributing factors", "What made it likely, long or wide", "factors")
CONFIDENCE: Final = _text("Confidence", "High, medium or low, and what would change it")
ATTACK_VECTOR: Final = _text("Attack vector", "Security incidents: the way in, or: unknown because …", "vector")
