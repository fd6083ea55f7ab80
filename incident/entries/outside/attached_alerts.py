"""Facts about the alerts of an incident: which belong to it, and whether they still fire."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc


class AlertAttached(Fact):
    """An event of the organisation belongs to the incident. `is_first`: the incident was declared from it."""

    kind: ClassVar[str] = "alert_attached"
    timeline: ClassVar[str | None] = "alert"
    notice: ClassVar[str | None] = "surfaces/alert"

    event: str
    source: str
    text: PersonalText
    link: MaybePersonalText = None
    starts_at: Utc | None = None
    is_firing: bool = True
    members: int = 1
    is_first: bool = False


class AlertChanged(Fact):
    """Alerts of an event of the incident fire again, are over, or are more than before."""

    kind: ClassVar[str] = "alert_changed"
    timeline: ClassVar[str | None] = "alert"
    notice: ClassVar[str | None] = "surfaces/alert"

    event: str
    is_firing: bool
    members: int
