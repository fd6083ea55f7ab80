"""HTTP delivery: signed POST requests to the app's URLs, for apps without Socket Mode.

Each request runs on a pool thread; its result returns to the loop. Only loopback URLs are accepted.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from sandbox.delivery.dispatcher import NO_RETRY
from sandbox.delivery.envelope import Envelope
from sandbox.state.entities import Payload

TIMEOUT_SECONDS = 3.0
Acknowledge = Callable[[str, Payload | None], None]
ReportFailure = Callable[[str, str], None]


class HttpDelivery:
    """A transport that posts each envelope to `copies` of the URLs, chosen at random, at the same time."""

    def __init__(
        self,
        urls: Sequence[str],
        secret: str,
        *,
        loop: asyncio.AbstractEventLoop,
        acknowledge: Acknowledge,
        report_failure: ReportFailure,
        copies: int = 1,
    ) -> None:
        for url in urls:
            host = urlsplit(url).hostname or ""
            if not is_loopback(host):
                raise ValueError(f"only this machine is called, not {host}")
        self._urls = urls
        self._copies = copies
        self._secret = secret
        self._loop = loop
        self._acknowledge = acknowledge
        self._report_failure = report_failure
        self._pool = ThreadPoolExecutor(64, "sandbox-webhook")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def deliver(self, envelope: Envelope) -> bool:
        """Post an envelope. False only after `close`."""
        try:
            for url in random.sample(self._urls, self._copies):
                self._pool.submit(self._post, envelope, url)
        except RuntimeError:
            return False
        return True

    def close(self) -> None:
        """Start no more requests."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _post(self, envelope: Envelope, url: str) -> None:
        body, content_type = encode(envelope)
        headers = {"Content-Type": content_type, **self._signature(body)}
        if envelope.retry_attempt:
            headers |= {
                "X-Slack-Retry-Num": str(envelope.retry_attempt),
                "X-Slack-Retry-Reason": http_retry_reason(envelope.retry_reason),
            }
        request = urllib.request.Request(url, body.encode(), headers)  # noqa: S310 - loopback only
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                response_text = response.read().decode()
        except urllib.error.HTTPError as http_error:
            may_retry = http_error.headers.get("x-slack-no-retry") != "1"
            http_error.close()
            self._report(self._report_failure, envelope.id, "http_error" if may_retry else NO_RETRY)
        except OSError:
            self._report(self._report_failure, envelope.id, "connection_failed")
        else:
            self._report(self._acknowledge, envelope.id, parse_response(response_text))

    def _signature(self, body: str) -> dict[str, str]:
        timestamp = str(int(time.time()))
        digest = hmac.new(self._secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

    def _report(self, callback: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # The loop is closed: the workspace has stopped and no delivery waits.
            self._loop.call_soon_threadsafe(callback, *arguments)


def encode(envelope: Envelope) -> tuple[str, str]:
    """Return body and content type: JSON for events, a form for commands, a form with JSON in it for interactions."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    fields = envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def parse_response(response_text: str) -> Payload | None:
    """Return the acknowledgement's payload: JSON, plain text as a message, or None."""
    if not response_text.strip():
        return None
    try:
        parsed = json.loads(response_text)
    except ValueError:
        return {"text": response_text}
    return parsed if isinstance(parsed, dict) else {"text": response_text}


def http_retry_reason(reason: str) -> str:
    """Return the HTTP name of a retry reason."""
    return "http_timeout" if reason == "timeout" else reason


def is_loopback(host: str) -> bool:
    """True if a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
