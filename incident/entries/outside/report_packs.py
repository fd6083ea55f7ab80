"""Facts about packs: the values of a report to a regulator, typed by people or taken from entries, frozen, approved, submitted."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import Frozen, PersonalText, Utc
from roles.person_ids import PersonId

ValueOrigin = Literal["entry", "typed", "policy", "form", "missing"]


class PackValueTyped(Fact):
    """A person typed the value of a field of a report. The last one counts, in every later pack too."""

    kind: ClassVar[str] = "pack_value_typed"
    timeline: ClassVar[str | None] = "pack"
    is_folded: ClassVar[bool] = False

    regime: str
    obligation: str
    field: str
    value: PersonalText
    basis: Literal["estimate", "known"] | None = None


class FrozenField(Frozen):
    """A field of a frozen pack: its label that day, and where its value is from. `length` is that of the value in the pack's content."""

    field: str
    stage: str
    label: str
    origin: ValueOrigin
    entries: tuple[int, ...] = ()
    by: PersonId | None = None
    basis: Literal["estimate", "known"] | None = None
    length: int = 0


class PackFrozen(Fact):
    """The values of a report were frozen as a pack, which never changes; a later revision supersedes it.

    `content` holds the values with a line break after each, `sha256` is the digest of the pack as a document. `authors` froze it or
    typed a value of it.
    """

    kind: ClassVar[str] = "pack_frozen"
    timeline: ClassVar[str | None] = "pack"
    template: ClassVar[str | None] = "pack"

    pack: str
    regime: str
    obligation: str
    label: str
    revision: int
    law: str
    checked_on: str
    as_of: Utc
    authors: tuple[PersonId, ...]
    fields: tuple[FrozenField, ...]
    sha256: str
    content: PersonalText


class PackApproved(Fact):
    """A person with authority, and none of its authors, approved a pack with this digest."""

    kind: ClassVar[str] = "pack_approved"
    timeline: ClassVar[str | None] = "pack"
    template: ClassVar[str | None] = "pack"

    pack: str
    regime: str
    obligation: str
    revision: int
    sha256: str


class PackSubmitted(Fact):
    """The report that was submitted is this pack, with this digest."""

    kind: ClassVar[str] = "pack_submitted"

    pack: str
    regime: str
    obligation: str
    revision: int
    sha256: str
