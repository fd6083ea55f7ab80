"""Contact methods: how one person is paged, in that person's order. They are personal data and never part of an entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from incident.frozen import Frozen, Utc
from incident.medium import Medium

MOST_DELAY_MINUTES: Final = 24 * 60
# What wakes no one by itself: an app that people mute at night.
SILENT: Final = frozenset({Medium.SLACK, Medium.EMAIL})
_PHONE: Final = (re.compile(r"\+[1-9]\d{6,14}"), "is no telephone number such as +491701234567")
_MAIL: Final = (
    re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]+"),
    "is no e-mail address",
)
_SHAPES: Final[Mapping[Medium, tuple[re.Pattern[str], str]]] = {
    Medium.SLACK: (re.compile(r""), "is not needed: a direct message goes to the person's own account"),
    Medium.EMAIL: _MAIL,
    Medium.JSM: _MAIL,
    Medium.SMS: _PHONE,
    Medium.VOICE: _PHONE,
    Medium.PUSHOVER: (re.compile(r"[A-Za-z0-9]{30}"), "is no Pushover user key: it has 30 letters and digits"),
    Medium.NTFY: (
        re.compile(r"(https?://[!-.0-~]+/)?[A-Za-z0-9_-]{1,64}"),
        "is no ntfy topic: letters, digits, - and _, or the whole address of a topic",
    ),
    Medium.PAGERDUTY: (
        re.compile(r"[A-Za-z0-9]{32}"),
        "is no PagerDuty integration key: it has 32 letters and digits (Events API v2)",
    ),
    Medium.APPRISE: (re.compile(r"[a-z][a-z0-9+.-]*://[!-~]+"), "is no Apprise address such as tgram://token/chat"),
}
_SHOWN_AT_END: Final = 4


class ContactMethod(Frozen):
    """One way to page a person, used `delay_minutes` after the page is due. `verified_at` is when a code was confirmed."""

    medium: Medium
    address: str = Field("", repr=False)
    delay_minutes: Annotated[int, Field(ge=0, le=MOST_DELAY_MINUTES)] = 0
    verified_at: Utc | None = None

    @property
    def is_loud(self) -> bool:
        """True if the method can wake a person."""
        return self.medium not in SILENT

    @property
    def masked_address(self) -> str:
        """The address as far as others may read it; empty for a method without one."""
        if self.medium in (Medium.EMAIL, Medium.JSM):
            local, _, domain = self.address.rpartition("@")
            return f"{local[:1]}…@{domain}"
        return f"…{self.address[-_SHOWN_AT_END:]}" if self.address else ""


def address_fault(medium: Medium, address: str) -> str | None:
    """Return what is wrong with an address, as the end of a sentence; None when a page can be sent to it."""
    shape, fault = _SHAPES[medium]
    return None if shape.fullmatch(address) else fault
