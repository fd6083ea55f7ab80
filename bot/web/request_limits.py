"""How much and how often anybody may ask over HTTP: a bound on every body, and on the requests of each address.

Simple on purpose: whoever wants more puts a proxy in front. An address is whoever connects to us, so behind a proxy all
of its callers are one.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY: Final = 1_000_000
_ADDRESSES: Final = 1_000
_TOO_MANY, _TOO_LARGE = 429, 413


@dataclass(frozen=True)
class Rate:
    """So many requests a second, and so many at once after a pause."""

    per_second: float
    burst: int


# Slack sends at most 30,000 events an hour, and those of an outage all at once.
RATES: Final[Mapping[str, Rate]] = {"/slack/events": Rate(200, 2_000)}
WATCHED: Final = Rate(5, 30)


class RequestLimits:
    """Refuses what is too large with 413 and what comes too often with 429, before anything is read of it."""

    def __init__(self, app: ASGIApp, *, rates: Mapping[str, Rate] = RATES, other: Rate = WATCHED) -> None:
        self._app = app
        self._rates = rates
        self._other = other
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if it may."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path, address = request.url.path, request.client.host if request.client else ""
        if not self._may(address, path if path in self._rates else ""):
            await PlainTextResponse("too often", _TOO_MANY, {"Retry-After": "1"})(scope, receive, send)
        elif _size(request) > LARGEST_BODY:
            await PlainTextResponse("too large", _TOO_LARGE)(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive), send)

    def _may(self, address: str, path: str) -> bool:
        rate, now = self._rates.get(path, self._other), time.monotonic()
        left, at = self._left.pop((address, path), (float(rate.burst), now))
        left = min(rate.burst, left + (now - at) * rate.per_second)
        self._left[address, path] = (max(0.0, left - 1), now)
        if len(self._left) > _ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1


def _size(request: Request) -> int:
    said = request.headers.get("content-length", "0")
    return int(said) if said.isdigit() else LARGEST_BODY + 1


def _bounded(receive: Receive) -> Receive:
    """Break off a body that is longer than anything we take, whatever its head said."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > LARGEST_BODY else message

    return bounded
