"""Facts about what outsiders were informed of, otherwise than by a report to a regulator."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import PersonalText

Recipient = Literal["data_subjects", "customers", "authority", "csirt", "police", "partner", "press", "other"]
Road = Literal["mail", "letter", "phone", "portal", "website", "in_app", "in_person", "press", "other"]


class OutsideNoticeGiven(Fact):
    """Outsiders were informed of something, by a road. The entry occurred when they were informed; `count` is how many, where that is known."""

    kind: ClassVar[str] = "outside_notice_given"
    timeline: ClassVar[str | None] = "notice"
    template: ClassVar[str | None] = "notice"

    to: Recipient
    road: Road
    count: int | None = None
    text: PersonalText
