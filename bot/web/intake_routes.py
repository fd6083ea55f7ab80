"""The routes at which sources of alerts post. They exist with a port; the policy says which sources there are.

A path may hold a token: none is logged. The endpoint decides; this module knows no source.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.public_path import COMPATIBLE, INTAKE

_TOO_LARGE, _UNAVAILABLE = 413, 503
_AGAIN: Final = {"Retry-After": "30"}


class IntakeAnswer(Protocol):
    """What an endpoint answers, once what it stored is durable."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def body(self) -> Mapping[str, object]:
        """The body, as JSON."""

    @property
    def stored(self) -> Future[bool] | None:
        """Says after the commit whether the request is durable; None if there was nothing to store."""


class IntakeEndpoints(Protocol):
    """Where deliveries go. Names, headers and bodies are anyone's."""

    def post(self, source: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> IntakeAnswer:
        """Take what was posted to the address of a source."""

    def enqueue(self, headers: Mapping[str, str], body: bytes) -> IntakeAnswer:
        """Take an event of PagerDuty's API."""

    def opsgenie(
        self, alias: str | None, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
    ) -> IntakeAnswer:
        """Take a creation or a close of Opsgenie's API."""


def intake_routes(endpoints: IntakeEndpoints) -> list[BaseRoute]:
    """Return the routes of the endpoints."""

    async def posted(request: Request) -> Response:
        def take(body: bytes) -> IntakeAnswer:
            return endpoints.post(request.path_params["source"], *_given(request), body)

        return await _taken(request, take)

    async def enqueued(request: Request) -> Response:
        return await _taken(request, lambda body: endpoints.enqueue(dict(request.headers), body))

    async def of_opsgenie(request: Request) -> Response:
        alias = request.path_params.get("alias")
        return await _taken(request, lambda body: endpoints.opsgenie(alias, *_given(request), body))

    return [
        Route(f"{INTAKE}/{{source}}", posted, methods=["POST"]),
        Route(f"{INTAKE}/{{source}}", _asked, methods=["OPTIONS"]),
        Route(f"{COMPATIBLE}/enqueue", enqueued, methods=["POST"]),
        Route(f"{COMPATIBLE}/alerts", of_opsgenie, methods=["POST"]),
        Route(f"{COMPATIBLE}/alerts/{{alias:path}}/close", of_opsgenie, methods=["POST"]),
    ]


async def _asked(request: Request) -> Response:
    """Answer a sender of CloudEvents who asks whether it may post."""
    origin = request.headers.get("webhook-request-origin", "")
    return Response(headers={"WebHook-Allowed-Origin": origin, "Allow": "POST"} if origin.isprintable() else {})


def _given(request: Request) -> tuple[dict[str, str], dict[str, str]]:
    return dict(request.headers), dict(request.query_params)


async def _taken(request: Request, take: Callable[[bytes], IntakeAnswer]) -> Response:
    """Let an endpoint take the body, and answer after the commit; 503 if there was none, so that the sender tries again."""
    try:
        body = await request.body()
    except ClientDisconnect:
        return Response(status_code=_TOO_LARGE)
    # A certificate of Amazon may have to be fetched, so this is no work for the event loop.
    answer = await run_in_threadpool(take, body)
    if answer.stored is not None and not await asyncio.wrap_future(answer.stored):
        return JSONResponse({"error": "unavailable"}, _UNAVAILABLE, _AGAIN)
    return JSONResponse(dict(answer.body), answer.status, _AGAIN if answer.status == _UNAVAILABLE else None)
