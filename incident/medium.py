"""The media through which Muster reaches people, and the reference that a medium gives to what it delivered.

A reference is opaque outside the medium. Slack's names a message as `channel:ts`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Medium(StrEnum):
    """A way to reach people. The slugs are stored."""

    SLACK = "slack"
    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    PUSHOVER = "pushover"
    NTFY = "ntfy"
    PAGERDUTY = "pagerduty"
    JSM = "jsm"
    APPRISE = "apprise"


# Media that ring until they are stopped, media whose provider says who acknowledged a page, and media whose provider
# says how a page ended.
RINGS: Final = frozenset({Medium.JSM, Medium.PAGERDUTY, Medium.PUSHOVER, Medium.VOICE})
RECEIPTS: Final = frozenset({Medium.JSM, Medium.PUSHOVER})
TRACKED: Final = frozenset({Medium.SMS, Medium.VOICE})


class PlannedMethod(NamedTuple):
    """One contact method of a person as the record knows it: its place in their order, from 1, and no address."""

    position: int
    medium: Medium
    delay_minutes: int = 0


def slack_ref(channel: str, ts: str) -> str:
    """Return the reference of a Slack message."""
    return f"{channel}:{ts}"


def slack_message(ref: str) -> tuple[str, str]:
    """Return the channel and the ts of the Slack message that a reference names."""
    channel, _, ts = ref.partition(":")
    return channel, ts
