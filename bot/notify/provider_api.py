"""Calls of a provider's HTTP API, with every failure as one of the worker's results. Knows no provider.

A reason that is stored or shown names the provider and the setting; never an address, a credential or a person.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request

from bot.call_deadline import open_within
from bot.clock import Clock
from bot.worker.port import RateLimited, Refused, Unknown

Json = Mapping[str, Any]
Failure = RateLimited | Unknown | Refused
TIMEOUT_SECONDS: Final = 10.0
_MAX_BYTES: Final = 256 * 1024
_LONGEST_REASON: Final = 200
_MOST_READ: Final = 2_000
# A mail address, and a telephone number as providers write it: grouped, without +, or with its end blotted out.
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+|\+?\d(?:[ ().-]{0,2}[\dXx*]){5,}", re.ASCII)
_DEFAULT_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_CREDENTIALS: Final = (401, 403)
_BUSY: Final = 429
_HIDDEN: Final = "[hidden]"
_SLOW: Final = 408


class CallFailed(Exception):  # noqa: N818 - it is an answer: the result that the channel returns
    """A call was not answered as it should be; `result` says how, `status` is the HTTP status, 0 without a reply."""

    def __init__(self, result: Failure, status: int = 0) -> None:
        super().__init__(str(status))
        self.result = result
        self.status = status


@dataclass(frozen=True)
class ProviderApi:
    """The API of one provider. `credential` names what it refuses when it answers 401, as the object of a sentence."""

    name: str
    url: str
    credential: str
    clock: Clock
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    timeout: float = TIMEOUT_SECONDS

    def post(self, path: str, body: Json, *hidden: str) -> Json:
        """Post JSON and return the reply. Raise CallFailed. `hidden` is what no reason may show."""
        return self._call("POST", path, json.dumps(body).encode(), "application/json", hidden)

    def post_form(self, path: str, fields: Mapping[str, str], *hidden: str) -> Json:
        """Post a form and return the reply. Raise CallFailed."""
        return self._call("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded", hidden)

    def get(self, path: str, *hidden: str) -> Json:
        """Return what is at a path. Raise CallFailed."""
        return self._call("GET", path, None, "", hidden)

    def _call(self, method: str, path: str, data: bytes | None, content: str, hidden: tuple[str, ...]) -> Json:
        headers = {**self.headers, "User-Agent": "Muster", **({"Content-Type": content} if content else {})}
        request = Request(f"{self.url.rstrip('/')}{path}", data=data, headers=headers, method=method)  # noqa: S310 - settings
        try:
            with open_within(self.timeout, request, redirects=False) as response:
                return _parsed(response.read(_MAX_BYTES))
        except HTTPError as error:
            raise CallFailed(self._refusal(error, (*self.secrets, *hidden)), error.code) from None
        except (OSError, HTTPException) as error:
            raise CallFailed(self._no_reply(error)) from None
        except ValueError:
            raise CallFailed(Refused(f"{self.name} has no usable web address.")) from None

    def _no_reply(self, error: Exception) -> Failure:
        """Return whether the call may have arrived. A refused connection carried nothing."""
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refused(f"{self.name} cannot prove who it is: its certificate is not valid.", permanent=False)
        if isinstance(cause, ConnectionRefusedError | socket.gaierror):
            return Refused(f"{self.name} cannot be reached.", permanent=False)
        return Unknown(f"{self.name} does not answer.")

    def _refusal(self, error: HTTPError, hidden: tuple[str, ...]) -> Failure:
        status = error.code
        if status == _BUSY:
            return RateLimited(retry_after(error.headers, self.clock.now()))
        if status in _CREDENTIALS:
            return Refused(f"{self.name} refuses {self.credential} ({status}).")
        if status >= 500 or status == _SLOW:
            return Unknown(f"{self.name} answers {status}.")
        if status < 400:
            return Refused(f"{self.name} answers with a redirect ({status}): its address has changed.")
        return Refused(f"{self.name} refuses the page ({status}){_reason(error, hidden)}.")


def retry_after(headers: Message, now: datetime) -> datetime:
    """Return when a provider may be called again: by Retry-After, in half a minute without it, never after a quarter of an hour."""
    given = headers.get("Retry-After", "")
    pause = _DEFAULT_PAUSE
    if given.isascii() and given.isdigit():
        pause = timedelta(seconds=int(given[:6]))
    elif given:
        try:
            pause = parsedate_to_datetime(given) - now
        except (ValueError, TypeError):
            pause = _DEFAULT_PAUSE
    return now + min(max(pause, timedelta(seconds=1)), _LONGEST_PAUSE)


def _parsed(body: bytes) -> Json:
    """Return a reply as JSON; one that is no JSON object is empty."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _reason(error: HTTPError, hidden: tuple[str, ...]) -> str:
    """Return the provider's own reason on one line, without what may not be shown; empty if it gives none."""
    try:
        reply = _parsed(error.read(_MAX_BYTES))
    except (OSError, HTTPException):
        return ""
    found = reply.get("errors") or reply.get("message") or reply.get("error") or ""
    several = found.values() if isinstance(found, dict) else found if isinstance(found, list) else (found,)
    parts = [str(one) for one in several]
    text = " ".join(", ".join(parts).split())[:_MOST_READ]
    for secret in sorted((one for one in hidden if one), key=len, reverse=True):
        text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
    text = _ADDRESS.sub(_HIDDEN, text)
    return f": {text[:_LONGEST_REASON].rstrip('.')}" if text else ""
