"""Facts about evidence: an item was secured, the bytes of a file were stored or not, and who has it."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText
from roles.person_ids import PersonId


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


class FileSecured(Fact):
    """A person keeps a file of a message as evidence. Muster fetches its bytes next; `file` is Slack's id of it."""

    kind: ClassVar[str] = "file_secured"
    timeline: ClassVar[str | None] = "evidence"
    template: ClassVar[str | None] = "keep"

    id: str
    file: str
    name: PersonalText
    size: int | None
    channel: str
    ts: str


class FileStored(Fact):
    """The bytes of the file of entry `secured` were stored. `differs` is the item that has the same file with other bytes."""

    kind: ClassVar[str] = "file_stored"
    timeline: ClassVar[str | None] = "stored"

    id: str
    secured: int
    sha256: str
    size: int
    differs: str | None = None


class FileNotStored(Fact):
    """The bytes of the file of entry `secured` were not stored, so its digest is unknown. `size` is what Slack states."""

    kind: ClassVar[str] = "file_not_stored"
    timeline: ClassVar[str | None] = "stored"
    notice: ClassVar[str | None] = "surfaces/file_not_stored"

    id: str
    secured: int
    why: Literal["too_large", "deleted", "external", "no_scope", "no_access", "no_room"]
    size: int | None = None
    most_bytes: int | None = None


class FileErased(Fact):
    """The bytes of the file of entry `secured` were erased after its redaction. Its digest stays."""

    kind: ClassVar[str] = "file_erased"
    timeline: ClassVar[str | None] = "stored"

    id: str
    secured: int


class CustodyPassed(Fact):
    """The item that entry `evidence` secured was handed over: to a person here, or to `receiver` outside Slack."""

    kind: ClassVar[str] = "custody_passed"
    timeline: ClassVar[str | None] = "custody"
    template: ClassVar[str | None] = "evidence"

    id: str
    evidence: int
    to: PersonId | None = None
    receiver: MaybePersonalText = None
    location: MaybePersonalText = None
    reason: PersonalText
