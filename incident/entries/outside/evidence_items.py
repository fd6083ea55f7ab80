"""Facts about evidence: an item was secured, with its digest and the place where it lies."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText


class EvidenceSecured(Fact):
    """An item of evidence was secured; the person who records it is its custodian. The entry occurred when it was collected (S2-35).

    The digest is stored as it was given: ids and digests may repeat, and both entries count.
    """

    kind: ClassVar[str] = "evidence_secured"
    timeline: ClassVar[str | None] = "evidence"
    template: ClassVar[str | None] = "evidence"

    id: str
    item: PersonalText
    sha256: str | None
    location: MaybePersonalText = None
