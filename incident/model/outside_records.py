"""The parts of a folded incident that concern outsiders: evidence for investigators, cases at providers, clocks of regulators. Values only."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from roles.person_ids import PersonId


class CustodyChange(Frozen):
    """A change of hands, which entry `n` recorded: to a person here, or to `receiver` outside Slack."""

    n: int
    at: Utc
    by: PersonId
    to: PersonId | None
    receiver: MaybePersonalText
    location: MaybePersonalText
    reason: PersonalText


Stored = Literal["pending", "stored", "not_stored", "erased"]


class EvidenceItem(Frozen):
    """An item of the evidence register; `by` secured it, in entry `n`.

    Of a file in Slack, `file` is Slack's id, and `stored` says what became of its bytes; None for what is no file.
    """

    n: int
    id: str
    item: PersonalText
    sha256: str | None
    location: MaybePersonalText
    collected_at: Utc
    by: PersonId
    file: str | None = None
    size: int | None = None
    stored: Stored | None = None
    not_stored_because: str | None = None
    is_redacted: bool = False
    custody: tuple[CustodyChange, ...] = ()

    @property
    def place(self) -> str | None:
        """Where it is, as last stated."""
        stated = [one.location for one in self.custody if one.location]
        return stated[-1] if stated else self.location


ENDED: Final = frozenset({"provider_resolved", "resolved", "closed", "withdrawn"})


class ProviderCase(Frozen):
    """A case at a provider, which entry `n` opened. `opened_at` and `last_provider_at` are the provider's times.

    `heard_at` is when news of it was last recorded here, `chased_at` when the provider was last asked for some, `informed_at`
    when it was last recorded that it informed customers itself. `files` are the items of evidence that came with its news.
    """

    n: int
    provider: str
    case_id: str
    severity: str | None
    opened_at: Utc
    by: PersonId
    heard_at: Utc
    last_status: str = "opened"
    updates: int = 0
    last_provider_at: Utc | None = None
    chased_at: Utc | None = None
    informed_at: Utc | None = None
    files: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The number of its entry, by which deadlines name it."""
        return str(self.n)

    @property
    def is_open(self) -> bool:
        """True until the provider says that the case is over."""
        return self.last_status not in ENDED

    @property
    def silent_since(self) -> datetime:
        """Since when the provider has given no news and was not asked either (UTC)."""
        return max(at for at in (self.heard_at, self.last_provider_at, self.chased_at) if at is not None)


class Determination(Frozen):
    """What was determined, true or not, and when it became known (UTC)."""

    what: str
    result: bool
    at: Utc


ClockStatus = Literal["pending", "met", "late", "missed", "not_reportable"]


class RegulatoryClock(Frozen):
    """The clock of a report, which entry `n` started; `internal_due_at` is our own earlier time."""

    n: int
    regime: str
    obligation: str
    trigger: str
    trigger_at: Utc
    due_at: Utc
    internal_due_at: Utc
    law: str
    checked_on: str
    submitted_at: Utc | None = None
    ref: MaybePersonalText = None
    is_stopped: bool = False

    @property
    def id(self) -> str:
        """The number of its entry, by which deadlines name it."""
        return str(self.n)

    @property
    def is_running(self) -> bool:
        """True until the report was submitted, or need not be."""
        return self.submitted_at is None and not self.is_stopped

    def status(self, at: datetime) -> ClockStatus:
        """Return the status at a moment (UTC): a report is met if it was submitted by the time it was due."""
        if self.submitted_at is not None:
            return "met" if self.submitted_at <= self.due_at else "late"
        if self.is_stopped:
            return "not_reportable"
        return "missed" if self.due_at < at else "pending"


class ReportDecision(Frozen):
    """A decision that a regime asks for no report: the last one, with the number of the entry of the first."""

    n: int
    regime: str
    reason: PersonalText
    by: PersonId
    at: Utc


class Affected(Frozen):
    """Whom or what the incident affects, by its last entry `n` about that; `percent` is the share of all."""

    n: int
    what: str
    count: int | None
    percent: int | None
    basis: Literal["estimate", "known"] | None
    text: MaybePersonalText
    by: PersonId
    at: Utc

    @property
    def is_personal(self) -> bool:
        """True if it is about people whose data are affected, or about classes of personal data."""
        return self.what in ("data_subjects", "personal_data")


class DataMention(Frozen):
    """The entry that first had words which may mean personal data, and when that was recorded (UTC)."""

    entry: int
    at: Utc


class Screening(Frozen):
    """An answer to the question whether personal data are affected."""

    n: int
    answer: Literal["yes", "no", "unsure"]
    reason: PersonalText
    by: PersonId
    at: Utc


class OutsideNotice(Frozen):
    """What outsiders were informed of, when and by which road, otherwise than by a report to a regulator."""

    n: int
    to: str
    road: str
    count: int | None
    text: PersonalText
    by: PersonId
    at: Utc
