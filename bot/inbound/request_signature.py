"""How a request of a source proves that it is one: an HMAC over the raw body, or a token. Nothing here logs or keeps either."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

# A request that was signed longer ago was recorded by someone and sent again.
FRESH: Final = timedelta(minutes=5)
_GRAFANA: Final = "x-grafana-alerting-signature"
_GRAFANA_TIME: Final = "x-grafana-alerting-timestamp"
_OURS, _OUR_TIME = "x-muster-signature", "x-muster-timestamp"
_TOKEN_HEADERS: Final = ("x-muster-token", "x-api-key")


class Replayed(Exception):  # noqa: N818 - it says what the request is
    """A request is signed, and too old to be the first of its kind."""


@dataclass(frozen=True)
class Presented:
    """A request as it came, with the names of its headers in small letters."""

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def is_signed_by(form: str, request: Presented, secret: SecretStr, at: datetime) -> bool:
    """True if a request proves itself as its form does. Raises Replayed for a signature that is too old."""
    key, headers, body = secret.get_secret_value().encode(), request.headers, request.body
    if form == "pagerduty":
        given = headers.get("x-pagerduty-signature", "")
        return any(_is_equal(one.strip().removeprefix("v1="), _hex(key, body)) for one in given.split(","))
    if form == "sentry":
        return _is_equal(headers.get("sentry-hook-signature", ""), _hex(key, body))
    if _GRAFANA in headers and form == "grafana":
        return _is_timed(headers[_GRAFANA], (headers.get(_GRAFANA_TIME), b":"), key, body, at)
    if _OURS in headers:
        return _is_timed(headers[_OURS].removeprefix("sha256="), (headers.get(_OUR_TIME), b"."), key, body, at)
    return any(_is_equal(given, secret.get_secret_value()) for given in tokens_of(headers, request.query))


def tokens_of(headers: Mapping[str, str], query: Mapping[str, str]) -> list[str]:
    """Return the tokens that a request gives, wherever its sender can put one: a header, a password, the address."""
    kind, _, rest = headers.get("authorization", "").partition(" ")
    given = [headers[name] for name in _TOKEN_HEADERS if name in headers]
    if kind.lower() == "basic":
        given += _password(rest)
    elif rest:
        given.append(rest.strip())
    return [*given, *(query[name] for name in ("token", "apiKey") if name in query)]


def _is_timed(given: str, timed: tuple[str | None, bytes], key: bytes, body: bytes, at: datetime) -> bool:
    """True for an HMAC of the body, or of the time, a mark and the body where there is a time."""
    stamp, joint = timed
    if stamp is None:
        return _is_equal(given, _hex(key, body))
    if not _is_equal(given, _hex(key, stamp.encode() + joint + body)):
        return False
    # The time is signed, so a sender has put it there.
    try:
        sent = float(stamp)
    except ValueError:
        return False
    if abs(at.timestamp() - sent) > FRESH.total_seconds():
        raise Replayed
    return True


def _hex(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _is_equal(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())


def _password(encoded: str) -> list[str]:
    try:
        return [base64.b64decode(encoded, validate=True).decode().partition(":")[2]]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return []
