"""CloudEvents 1.0, binary (headers `ce-…` and data) or structured (one JSON); the mapping of the policy says what is where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.inbound.forms.generic import mapped_alert
from bot.inbound.json_body import Unreadable, json_object, text
from organisation.model.alert import Alert

_PREFIX: Final = "ce-"
_DEFAULT: Final = {"title": "subject", "key": "id", "status": "data.status", "starts_at": "time", "service": "source"}


def alerts_of(headers: Mapping[str, str], body: bytes, mapping: Mapping[str, str]) -> tuple[Alert, ...]:
    """Read one event. Without a mapping it fires, under its own id."""
    attributes = {name.removeprefix(_PREFIX): value for name, value in headers.items() if name.startswith(_PREFIX)}
    whole = {**attributes, "data": json_object(body)} if attributes else json_object(body)
    if text(whole, "id") is None or text(whole, "source") is None:
        raise Unreadable("it has no id or no source, as every CloudEvent has")
    title = text(whole, "subject", "type")
    return (mapped_alert({"subject": title, **{k: v for k, v in whole.items() if v}}, {**_DEFAULT, **mapping}),)
