"""Each path has a rate of its own for each address that connects, whatever follows the start of the path."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.responses import PlainTextResponse

from bot.web.public_path import PUBLIC
from bot.web.request_limits import Rate, RequestLimits


def asked(limits: RequestLimits, path: str, address: str = "192.0.2.1") -> int:
    """Return the status of a request from an address."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if message["type"] == "http.response.start" else [])

    scope = {"type": "http", "path": path, "headers": [], "client": (address, 1), "method": "POST", "query_string": b""}
    # A thread of its own, since the browser of other tests keeps a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, limits(scope, receive, send)).result()
    return statuses[0]


def limits() -> RequestLimits:
    return RequestLimits(PlainTextResponse("ok"), rates={PUBLIC: Rate(0, 3)}, other=Rate(0, 1))


def test_made_up_tokens_share_the_rate_of_their_path() -> None:
    bounded = limits()

    assert [asked(bounded, f"{PUBLIC}/email/{n}") for n in range(5)] == [200, 200, 200, 429, 429]
    assert asked(bounded, f"{PUBLIC}/pagerduty") == 429
    assert asked(bounded, f"{PUBLIC}/pagerduty", "192.0.2.2") == 200


def test_a_path_that_only_starts_with_the_same_letters_is_another() -> None:
    bounded = limits()

    assert [asked(bounded, path) for path in (f"{PUBLIC}s/x", "/healthz")] == [200, 429]
    assert asked(bounded, f"{PUBLIC}/email/x") == 200
