"""Facts about findings: what the analysis found, on which source, and whether it was confirmed or refuted."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText
from roles.person_ids import PersonId


class FindingMade(Fact):
    """The analysis found something (S2-20). `verified` is whether a source was named: an item of evidence, an entry, a witness, words.

    Ids and numbers are those that the source had then.
    """

    kind: ClassVar[str] = "finding_made"
    timeline: ClassVar[str | None] = "finding"
    template: ClassVar[str | None] = "finding"

    id: str
    text: PersonalText
    source: MaybePersonalText = None
    evidence: str | None = None
    entry: int | None = None
    witness: PersonId | None = None
    verified: bool


class FindingConfirmed(Fact):
    """The finding of entry `finding` was confirmed by a source."""

    kind: ClassVar[str] = "finding_confirmed"
    timeline: ClassVar[str | None] = "finding"
    template: ClassVar[str | None] = "finding"

    id: str
    finding: int
    text: MaybePersonalText = None
    source: MaybePersonalText = None
    evidence: str | None = None
    entry: int | None = None
    witness: PersonId | None = None


class FindingRefuted(Fact):
    """The finding of entry `finding` was refuted, for the reason given. It stays on the record as refuted."""

    kind: ClassVar[str] = "finding_refuted"
    timeline: ClassVar[str | None] = "finding"
    template: ClassVar[str | None] = "finding"

    id: str
    finding: int
    text: PersonalText
    source: MaybePersonalText = None
    evidence: str | None = None
    entry: int | None = None
    witness: PersonId | None = None
