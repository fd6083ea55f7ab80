"""Opsgenie's alert API, create and close, as its senders speak it: their address changes to ours, and the key to our secret."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from bot.inbound.json_body import json_object, text
from organisation.model.alert import Alert, AlertStatus

# The route puts these there: the path says what is done, and with which alert.
ALIAS, ACTION = "x-muster-alias", "x-muster-action"
CLOSE: Final = "close"


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alert; the close of one may have no body."""
    whole = json_object(body) if body.strip() else {}
    is_closed = headers.get(ACTION) == CLOSE
    alias = headers.get(ALIAS) or text(whole, "alias") or text(whole, "message") or sha256(body).hexdigest()[:32]
    alert = Alert(
        key=alias,
        status=AlertStatus.RESOLVED if is_closed else AlertStatus.FIRING,
        title=text(whole, "message") or alias,
        description=text(whole, "description", "note"),
        service=text(whole, "entity", "source"),
        severity=text(whole, "priority"),
    )
    return (alert,)
