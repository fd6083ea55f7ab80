"""Facts about changes of services: what was deployed or altered, which may have caused an incident."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText


class ChangeRecorded(Fact):
    """A change was made, under its number elsewhere; one with the number of an earlier one takes its place (S1-26)."""

    kind: ClassVar[str] = "change_recorded"

    ref: str
    text: PersonalText
    service: str | None = None
