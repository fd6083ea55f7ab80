"""Request limits over HTTP: the size of a body, and a token bucket per client address. Knows no route but by its path's start.

Simple on purpose: a proxy can do more. Behind a proxy all its clients share one address, and so one bucket.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.public_path import API, COMPATIBLE, INTAKE, PUBLIC

MAX_BODY_BYTES: Final = 1_000_000
# A webhook of PagerDuty has about 10 KB, a form of a telephone call about one.
MAX_PUBLIC_BYTES: Final = 256_000
_MAX_BUCKETS: Final = 1_000
_TOO_MANY, _TOO_LARGE = 429, 413


@dataclass(frozen=True)
class Rate:
    """A token bucket: requests per second, and the burst after a pause."""

    per_second: float
    burst: int


# An outage makes hundreds of alerts a second, all through one proxy; a forged one costs one HMAC.
_ALERTS: Final = {INTAKE: Rate(1_500, 6_000), COMPATIBLE: Rate(1_500, 6_000)}
# Slack sends at most 30,000 events an hour, and those of an outage all at once. Who answers pages comes through a proxy, and
# so from one address; a made-up address costs one HMAC.
RATES: Final[Mapping[str, Rate]] = {
    "/slack/events": Rate(200, 2_000),
    PUBLIC: Rate(50, 500),
    API: Rate(50, 500),
    **_ALERTS,
}
DEFAULT_RATE: Final = Rate(5, 30)


class RequestLimits:
    """Middleware that answers 413 to a body that is too large and 429 to requests above the rate, before reading them.

    `refuse_api` makes these answers in the form of the API.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rates: Mapping[str, Rate] = RATES,
        other: Rate = DEFAULT_RATE,
        refuse_api: Callable[[int], Response] | None = None,
    ) -> None:
        self._app = app
        self._rates = rates
        self._other = other
        self._refuse_api = refuse_api
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it is within the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path, address = request.url.path, request.client.host if request.client else ""
        most = MAX_PUBLIC_BYTES if _is_under(path, PUBLIC) or _is_under(path, API) else MAX_BODY_BYTES
        if not self._take_token(address, next((one for one in self._rates if _is_under(path, one)), "")):
            await self._refusal(path, _TOO_MANY)(scope, receive, send)
        elif _size(request) > most:
            await self._refusal(path, _TOO_LARGE)(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive, most), send)

    def _refusal(self, path: str, status: int) -> Response:
        if self._refuse_api is not None and _is_under(path, API):
            return self._refuse_api(status)
        is_often = status == _TOO_MANY
        return PlainTextResponse(
            "too often" if is_often else "too large", status, {"Retry-After": "1"} if is_often else {}
        )

    def _take_token(self, address: str, path: str) -> bool:
        rate, now = self._rates.get(path, self._other), time.monotonic()
        tokens, at = self._buckets.pop((address, path), (float(rate.burst), now))
        tokens = min(rate.burst, tokens + (now - at) * rate.per_second)
        self._buckets[address, path] = (max(0.0, tokens - 1), now)
        if len(self._buckets) > _MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return tokens >= 1


def _is_under(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")


def _size(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdigit() else MAX_BODY_BYTES + 1


def _bounded(receive: Receive, most: int) -> Receive:
    """Disconnect once a body exceeds the limit, whatever its Content-Length names."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return {"type": "http.disconnect"} if received > most else message

    return bounded
