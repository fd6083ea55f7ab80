"""Hand-computed deadlines in a file, compared with what the regimes compute.

A regime that the rules of a record name is counted by its data file; any other by the rule that the vector itself gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.config.outside.holiday_calendars import calendar_named
from bot.config.outside.regime_files import known_regimes
from incident.outside.clock_arithmetic import after_weekend, due_at
from incident.outside.regimes import Length

SCHEMA: Final = "clock-vectors/1"
_BY_FILE: Final = frozenset({"gdpr33", "nis2", "dora", "certin", "sec_8k"})
_RULE: Final = re.compile(r"(hours|days|months?|business_days) (\d+)\b.*")


def differing_vectors(document: Mapping[str, Any]) -> list[str]:
    """Return each vector whose due time comes out otherwise."""
    found = ((one["id"], computed(one), _expected(one)) for one in document["vectors"])
    return [f"{name}: came out {actual}, expected {expected}" for name, actual, expected in found if actual != expected]


def computed(vector: Mapping[str, Any]) -> datetime | date | None:
    """Return when the report of a vector is due: an instant, or a local day where it gives one; None for no deadline."""
    length = _length(vector)
    if length is None:
        return None
    calendars = {"us_federal": calendar_named("us_federal")} if length.calendar else {}
    if "trigger_date" in vector:
        noon = datetime.combine(_day(vector["trigger_date"]), time(12), ZoneInfo(length.zone))
        return due_at(length, noon.astimezone(UTC), calendars).astimezone(ZoneInfo(length.zone)).date()
    trigger, aware = _instant(vector["trigger"]), vector.get("aware")
    if length.days is not None:
        return trigger + timedelta(days=length.days)
    due = due_at(length, trigger, calendars, capped_from=_instant(aware) if aware else None)
    relieved = any(one.id == vector["regime"] and vector.get("entity") in one.weekend_relief for one in known_regimes())
    return after_weekend(due, "UTC") if relieved else due


def _length(vector: Mapping[str, Any]) -> Length | None:
    regime = next((one for one in known_regimes() if one.id == vector["regime"]), None)
    stage = regime.stage(vector["stage"]) if regime and regime.id in _BY_FILE else None
    if stage is not None:
        return stage.length
    rule = _RULE.fullmatch(vector["rule"])
    if rule is None:
        return None
    unit = "months" if rule[1] == "month" else rule[1]
    if unit == "business_days":
        return Length(business_days=int(rule[2]), calendar="us_federal", zone="America/New_York")
    return Length.model_validate({unit: int(rule[2])})


def _expected(vector: Mapping[str, Any]) -> datetime | date | None:
    if "due_date" in vector:
        return _day(vector["due_date"])
    return _instant(vector["due"]) if vector["due"] is not None else None


def _instant(value: Any) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
