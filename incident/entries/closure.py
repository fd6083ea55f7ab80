"""Facts about closing: validation, review, refused requests, refused closings."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import PersonalText, Utc
from roles.person_ids import PersonId


class Validated(Fact):
    """Evidence shows that a validation criterion is met (S1-55, S1-59)."""

    kind: ClassVar[str] = "validated"
    timeline: ClassVar[str | None] = "validation"

    criterion: str
    evidence: PersonalText


class ReviewScheduled(Fact):
    """A post-incident review got an owner and a time (UTC)."""

    kind: ClassVar[str] = "review_scheduled"
    timeline: ClassVar[str | None] = "pir"

    owner: PersonId
    at: Utc


class Refused(Fact):
    """The rules refused a request; nothing else changed."""

    kind: ClassVar[str] = "refused"
    is_folded: ClassVar[bool] = False

    verb: str
    intent: str
    code: str
    fields: tuple[str, ...] = ()


class ClosureRefused(Fact):
    """A closing was refused; `missing` are the unmet criteria in order (S1-09, S1-91)."""

    kind: ClassVar[str] = "closure_refused"

    missing: tuple[str, ...]


class ClosureWarned(Fact):
    """The incident was closed although something was missing on which the policy only warns; `lacking` are the ids concerned (S2-24)."""

    kind: ClassVar[str] = "closure_warned"
    timeline: ClassVar[str | None] = "warning"
    is_folded: ClassVar[bool] = False

    about: Literal["clean_recovery"]
    lacking: tuple[str, ...]
