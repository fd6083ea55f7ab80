"""What Twilio posts to us about a call or a message: its signature, and what became of the page. Pure."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from typing import Final, Literal

from pydantic import SecretStr

SIGNATURE_HEADER: Final = "X-Twilio-Signature"
Outcome = Literal["under_way", "reached", "failed"]
_OUTCOMES: Final[dict[str, Outcome]] = {
    "completed": "reached",
    "delivered": "reached",
    "read": "reached",
    "busy": "failed",
    "no-answer": "failed",
    "failed": "failed",
    "canceled": "failed",
    "undelivered": "failed",
}


def is_signed(url: str, fields: Mapping[str, str], signature: str, token: SecretStr) -> bool:
    """True if Twilio made the request: HMAC-SHA1 over the address that it called and the sorted fields of the form.

    `url` is the address as Twilio knows it, with its query; behind a proxy that is not the one our server sees.
    """
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    expected = b64encode(hmac.new(token.get_secret_value().encode(), signed.encode(), sha1).digest())
    return hmac.compare_digest(expected, signature.encode())


def outcome(fields: Mapping[str, str]) -> Outcome:
    """Return what became of a call or a message.

    A call that was picked up has reached something; whether that was a person, only a pressed key says.
    """
    status = fields.get("CallStatus") or fields.get("MessageStatus") or ""
    return _OUTCOMES.get(status, "under_way")
