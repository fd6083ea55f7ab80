"""Facts about cases at third parties: opened, what the provider says of them, and that it was asked for news."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText


class CaseOpened(Fact):
    """A case was opened with a provider. The entry occurred when the provider opened it, by its clock (S1-61)."""

    kind: ClassVar[str] = "case_opened"
    timeline: ClassVar[str | None] = "third_party"
    template: ClassVar[str | None] = "vendor"

    provider: str
    case_id: str
    severity: str | None


class CaseUpdated(Fact):
    """The provider gave news of a case. The entry occurred at the provider's time and was recorded at ours (S1-61).

    `files` are the items of evidence that came with it, such as a mail (S1-80).
    """

    kind: ClassVar[str] = "case_updated"
    timeline: ClassVar[str | None] = "third_party"
    template: ClassVar[str | None] = "vendor"

    provider: str
    case_id: str
    text: PersonalText
    status: str | None
    files: tuple[str, ...] = ()


class CustomersInformed(Fact):
    """The provider itself informed customers of a case, as on its portal (S1-62). The entry occurred by its clock."""

    kind: ClassVar[str] = "customers_informed"
    timeline: ClassVar[str | None] = "outside_word"
    template: ClassVar[str | None] = "vendor"

    provider: str
    case_id: str
    text: PersonalText


class CaseChased(Fact):
    """A person asked the provider for news of a case (S1-88)."""

    kind: ClassVar[str] = "case_chased"
    timeline: ClassVar[str | None] = "chase"
    template: ClassVar[str | None] = "vendor"

    provider: str
    case_id: str
