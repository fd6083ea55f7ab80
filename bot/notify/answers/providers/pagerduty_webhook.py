"""What PagerDuty posts to us when a person acknowledges there: its signature, and the page it is about. Pure.

PagerDuty delivers at least once and in any order; `delivery` is the same in each repetition.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any, Final, NamedTuple

from pydantic import SecretStr

SIGNATURE_HEADER: Final = "X-PagerDuty-Signature"
_ACKNOWLEDGED: Final = "incident.acknowledged"
_VERSION: Final = "v1="


class PagerDutyAcknowledgement(NamedTuple):
    """An acknowledgement: the key of the page, who it was in PagerDuty's words (empty for no user), when, and the id of the delivery."""

    page_key: str
    by: str
    at: str
    delivery: str


def is_signed(body: bytes, signatures: str, secret: SecretStr) -> bool:
    """True if one of the signatures of the header is that of the raw body; while a secret changes there are several."""
    expected = hmac.new(secret.get_secret_value().encode(), body, sha256).hexdigest()
    given = [one.strip() for one in signatures.split(",")]
    return any(hmac.compare_digest(f"{_VERSION}{expected}".encode(), one.encode()) for one in given)


def acknowledgement(body: bytes) -> PagerDutyAcknowledgement | None:
    """Return the acknowledgement in a body whose signature is checked; None for any other event."""
    event = _object(_parsed(body).get("event"))
    data = _object(event.get("data"))
    key = data.get("incident_key")
    if event.get("event_type") != _ACKNOWLEDGED or not isinstance(key, str) or not key:
        return None
    agent = _object(event.get("agent"))
    # An integration may acknowledge too; who has it then, PagerDuty does not say.
    by = str(agent.get("summary") or "") if str(agent.get("type") or "").startswith("user") else ""
    return PagerDutyAcknowledgement(key, by, str(event.get("occurred_at") or ""), str(event.get("id") or ""))


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _object(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}
