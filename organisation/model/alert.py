"""An alert as every source gives it, whatever the form that it came in. Values only; a parser in bot/inbound/ makes it."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

from incident.frozen import Frozen, Utc


class AlertStatus(StrEnum):
    """What a source says of an alert: it fires, is over, is acknowledged there, or something that changes nothing here."""

    FIRING = "firing"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    INFO = "info"


class Alert(Frozen):
    """One alert of a delivery. `key` is the source's own key for it, `group` that of the alerts which it is sent with.

    `starts_at` says which occurrence it is, None where the source does not. `hidden` are the members of its group that the
    source left out.
    """

    key: str
    status: AlertStatus
    title: str
    group: str | None = None
    description: str | None = None
    url: str | None = None
    service: str | None = None
    severity: str | None = None
    starts_at: Utc | None = None
    hidden: int = 0


class Delivery(Frozen):
    """What one request of a source brought, read into alerts. `id` is its own among all that ever came."""

    id: str
    source: str
    received_at: Utc
    payload_sha256: str
    payload_bytes: int
    alerts: tuple[Alert, ...]


def digest_of(*parts: str | None) -> str:
    """Return the SHA-256 of a key of several parts, as facts name it: a sender's own key may hold anything."""
    return sha256("\x00".join(part or "" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()


def mark_of(alert: Alert) -> str:
    """Return the short mark of an alert by which an event knows whether it fires."""
    return digest_of(alert.key)[:16]
