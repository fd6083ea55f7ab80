"""Facts about reports to regulators: what was determined, which clocks started, what was submitted or need not be."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText, Utc


class Determined(Fact):
    """A person determined a fact on which reports depend, or that it is not so. The entry occurred when it became known."""

    kind: ClassVar[str] = "determined"
    timeline: ClassVar[str | None] = "determination"
    template: ClassVar[str | None] = "determine"

    what: str
    result: bool
    reason: PersonalText


class ClockStarted(Fact):
    """The clock of a report started by `trigger`. Its due times, rule and law are those of the data file of that day.

    A clock starts once and never moves.
    """

    kind: ClassVar[str] = "clock_started"

    regime: str
    obligation: str
    trigger: str
    trigger_at: Utc
    due_at: Utc
    internal_due_at: Utc
    rule: str
    law: str
    checked_on: str


class ReportSubmitted(Fact):
    """A report was submitted under a reference. The entry occurred when it was submitted; `late` is after it was due."""

    kind: ClassVar[str] = "report_submitted"
    timeline: ClassVar[str | None] = "obligation"
    template: ClassVar[str | None] = "submitted"

    regime: str
    obligation: str
    ref: PersonalText
    late: bool


class NotReportable(Fact):
    """A person with authority decided that a regime asks for no report; `stopped` are its reports whose clocks ended by it."""

    kind: ClassVar[str] = "not_reportable"
    timeline: ClassVar[str | None] = "obligation"
    template: ClassVar[str | None] = "not_reportable"

    regime: str
    reason: PersonalText
    stopped: tuple[str, ...] = ()
