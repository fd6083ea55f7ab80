"""What Twilio posts to us about a call or a message: its signature, and what became of the page. Pure."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

SIGNATURE_HEADER: Final = "X-Twilio-Signature"
_HTTPS: Final = 443
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

    `url` is the address as Twilio knows it, with its query; behind a proxy that is not the one our server sees. Twilio signs
    it with its port or without.
    """
    form = "".join(f"{name}{fields[name]}" for name in sorted(fields))
    key = token.get_secret_value().encode()
    expected = [b64encode(hmac.new(key, f"{one}{form}".encode(), sha1).digest()) for one in _with_and_without_port(url)]
    return any(hmac.compare_digest(one, signature.encode()) for one in expected)


def _with_and_without_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _HTTPS
    return urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))


def outcome(fields: Mapping[str, str]) -> Outcome:
    """Return what became of a call or a message.

    A call that was picked up has reached something; whether that was a person, only a pressed key says.
    """
    status = fields.get("CallStatus") or fields.get("MessageStatus") or ""
    return _OUTCOMES.get(status, "under_way")
