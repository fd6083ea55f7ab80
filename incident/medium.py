"""The media through which Muster reaches people, and the reference that a medium gives to what it delivered.

A reference is opaque outside the medium. Slack's names a message as `channel:ts`.
"""

from __future__ import annotations

from enum import StrEnum


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


def slack_ref(channel: str, ts: str) -> str:
    """Return the reference of a Slack message."""
    return f"{channel}:{ts}"


def slack_message(ref: str) -> tuple[str, str]:
    """Return the channel and the ts of the Slack message that a reference names."""
    channel, _, ts = ref.partition(":")
    return channel, ts
