"""A security major under GDPR, NIS2 and DORA whose packs are made: a P1 with personal data, and what its bank always reports."""

from __future__ import annotations

from typing import Any

from tests.support.command_bench import CommandBench
from tests.support.regulated import WHY, as_legal, regulated

INITIAL = {"regime": "dora", "obligation": "initial"}
BANK = {"dora": {"1.2": "Example Bank AG"}}


def breached(**declared: Any) -> CommandBench:
    """Declare it at minute 0 and determine what starts the clocks of all three regimes by minute 4."""
    about = {"impact": 1, "urgency": 1, "type": "security", "title": "Customer table copied", **declared}
    desk = regulated("gdpr33", "nis2", "dora", reporting={"fields": BANK}, **about)
    desk.do(
        "affected", at=1, form={"what": "clients", "count": 1200, "percent": 3, "basis": "estimate", "text": "shop"}
    )
    for minute, what in enumerate(("aware_personal_data_breach", "aware_significant_incident", "classified_major"), 2):
        as_legal(desk, "determine", minute, {"what": what, "reason": WHY})
    return desk


def typed(desk: CommandBench, at: float, values: str, report: dict[str, str] = INITIAL, by: str = "rob") -> Any:
    """Type values of a report."""
    return desk.do("pack", by, at, form={**report, "values": values})


def frozen(desk: CommandBench, at: float, report: dict[str, str] = INITIAL, by: str = "rob") -> Any:
    """Freeze the pack of a report."""
    return desk.do("pack", by, at, form={**report, "act": "freeze"})
