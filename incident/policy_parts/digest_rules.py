"""The digest that a policy asks for: in which channel, how often, when. Values only."""

from __future__ import annotations

from typing import Literal

from incident.frozen import Frozen
from roles.schedules.schedule_rules import TimeOfDay


class Digest(Frozen):
    """A digest of all incidents in a channel: each day, or each Monday, `at` a time of day in the policy's time zone."""

    channel: str | None = None
    every: Literal["day", "week"] = "day"
    at: TimeOfDay = "09:00"
