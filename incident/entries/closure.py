"""Facts about proof and refusal: validation, review, refused acts, refused closings."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText, Utc
from roles.person_ids import PersonId


class Validated(Fact):
    """A validation criterion was shown to hold, with evidence (S1-55, S1-59)."""

    kind: ClassVar[str] = "validated"
    timeline: ClassVar[str | None] = "validation"
    template: ClassVar[str | None] = "validate"

    criterion: str
    evidence: PersonalText


class ReviewScheduled(Fact):
    """A post-incident review got an owner and a time."""

    kind: ClassVar[str] = "review_scheduled"
    timeline: ClassVar[str | None] = "pir"
    template: ClassVar[str | None] = "review"

    owner: PersonId
    at: Utc


class Refused(Fact):
    """Somebody asked for something that the rules refused; nothing else changed."""

    kind: ClassVar[str] = "refused"
    is_folded: ClassVar[bool] = False

    verb: str
    intent: str
    code: str
    fields: tuple[str, ...] = ()


class ClosureRefused(Fact):
    """A closing was refused; `missing` are the unmet criteria in their order (S1-09, S1-91)."""

    kind: ClassVar[str] = "closure_refused"

    missing: tuple[str, ...]
