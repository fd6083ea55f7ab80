"""What Jira Service Management Operations and Opsgenie post to us when a person acknowledges an alert there. Pure.

Their webhooks carry no signature. They take custom headers, so ours is `Authorization: Bearer` with the secret of the settings.
"""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from pydantic import SecretStr

AUTHORISATION: Final = "Authorization"
_ACKNOWLEDGED: Final = "Acknowledge"
_NANOSECONDS: Final = 1_000_000_000


class JsmAcknowledgement(NamedTuple):
    """An acknowledgement: the key of the page, when, an id that is the same in each repetition, and whose account it was."""

    page_key: str
    at: datetime | None
    id: str
    by: str = ""


def is_authorised(header: str, secret: SecretStr) -> bool:
    """True if the header has the secret."""
    expected = f"Bearer {secret.get_secret_value()}"
    return hmac.compare_digest(expected.encode(), header.encode("utf-8", "replace"))


def jsm_acknowledgement(body: bytes) -> JsmAcknowledgement | None:
    """Return the acknowledgement in a body; None for any other action."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    alert = found.get("alert") if isinstance(found, dict) else None
    if not isinstance(alert, dict) or found.get("action") != _ACKNOWLEDGED:
        return None
    key, updated = alert.get("alias"), alert.get("updatedAt")
    if not isinstance(key, str) or not key:
        return None
    event, by = f"{alert.get('alertId') or ''}:{updated}", str(alert.get("username") or "")
    return JsmAcknowledgement(key, _time(updated), event, by)


def _time(nanoseconds: Any) -> datetime | None:
    """Return a time given in nanoseconds; None for one outside the calendar."""
    try:
        return datetime.fromtimestamp(nanoseconds / _NANOSECONDS, UTC) if isinstance(nanoseconds, int) else None
    except (ValueError, OverflowError, OSError):
        return None
