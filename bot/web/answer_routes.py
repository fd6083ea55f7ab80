"""The public routes: people answer a page here, and providers post what became of it. They exist with a public address only.

Every path starts with `/answer`, so that a reverse proxy passes on nothing else. A path may hold a token: none is logged.
The endpoints decide; this module knows no call and no provider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.public_path import PUBLIC

FORM: Final = "application/x-www-form-urlencoded"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
_MOST_FIELDS: Final = 100
_TOO_LARGE, _BAD_REQUEST, _UNSUPPORTED = 413, 400, 415


@dataclass(frozen=True)
class Posted:
    """A request as it arrived. `target` is its path with its query, to the letter; `form` is empty for any other body."""

    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    form: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class WebReply:
    """What is answered: a status, a text and its type."""

    status: int
    text: str = ""
    media_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class AnswerEndpoints(Protocol):
    """Where answers go. Both names are parts of a path, so anyone can have made them up."""

    def page(self, medium: str, token: str) -> WebReply:
        """Return the page on which a person answers a call. It records nothing: mail scanners open every link."""

    def answered(self, medium: str, token: str, posted: Posted) -> WebReply:
        """Take what was posted to the address of one call."""

    def received(self, provider: str, posted: Posted) -> WebReply:
        """Take what a provider posted to its one address."""


def answer_routes(endpoints: AnswerEndpoints) -> list[BaseRoute]:
    """Return the routes of the endpoints."""

    async def present(request: Request) -> Response:
        return JSONResponse({"answers": True})

    async def page(request: Request) -> Response:
        medium, token = request.path_params["medium"], request.path_params["token"]
        return _response(await run_in_threadpool(endpoints.page, medium, token))

    async def answered(request: Request) -> Response:
        medium, token = request.path_params["medium"], request.path_params["token"]
        return await _taken(request, partial(endpoints.answered, medium, token))

    async def received(request: Request) -> Response:
        return await _taken(request, partial(endpoints.received, request.path_params["provider"]))

    return [
        Route(f"{PUBLIC}/", present, methods=["GET"]),
        Route(f"{PUBLIC}/{{provider}}", received, methods=["POST"]),
        Route(f"{PUBLIC}/{{medium}}/{{token}}", page, methods=["GET"]),
        Route(f"{PUBLIC}/{{medium}}/{{token}}", answered, methods=["POST"]),
    ]


async def _taken(request: Request, take: Callable[[Posted], WebReply]) -> Response:
    """Read the body and let an endpoint take it: a form by its content type, or JSON, or nothing."""
    try:
        body = await request.body()
    except ClientDisconnect:
        return Response(status_code=_TOO_LARGE)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in (FORM, "application/json"):
        return Response(status_code=_UNSUPPORTED)
    try:
        text = body.decode("utf-8") if kind == FORM else ""
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return Response(status_code=_BAD_REQUEST)
    posted = Posted(_target(request), dict(request.query_params), dict(request.headers), body, form)
    return _response(await run_in_threadpool(take, posted))


def _target(request: Request) -> str:
    """Return path and query as they were sent, which a provider has signed."""
    path, query = request.scope.get("raw_path") or request.url.path.encode(), request.scope.get("query_string", b"")
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _response(reply: WebReply) -> Response:
    return Response(reply.text, reply.status, {**_HEADERS, **reply.headers}, reply.media_type)
