"""One exchange over HTTP: who calls comes first, then the body, then the work on a thread; every problem is problem+json."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from bot.api.callers import Caller, Callers
from bot.api.problem import MEDIA_TYPE, ApiCode, Problem, document
from bot.api.rest.verb_schemas import LONGEST_KEY
from bot.requests.bounded_call import RecordAbsent

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_RETRY_SECONDS: Final = "5"
_KEY: Final = re.compile(rf'"([!#-~]{{1,{LONGEST_KEY}}})"|([!#-~]{{1,{LONGEST_KEY}}})')
_ETAG: Final = re.compile(r'(?:W/)?"(\d{1,9})"')
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Exchange:
    """A request whose caller is known. `body` is None for a request without one."""

    request: Request
    caller: Caller
    body: Any

    @property
    def key(self) -> str | None:
        """The caller's own key of the request, quoted or not; None without one. Raise a Problem for one that is none."""
        given = self.request.headers.get("idempotency-key")
        found = _KEY.fullmatch(given.strip()) if given is not None else None
        if given is not None and found is None:
            raise Problem(ApiCode.HEADER, "api_header", facts={"header": "Idempotency-Key"})
        return None if found is None else found[1] or found[2]

    def entry_of(self, header: str) -> int | None:
        """Return the entry number of If-Match or If-None-Match; None without it, and for `*`. Raise a Problem for another value."""
        given = self.request.headers.get(header)
        if given is None or given.strip() == "*":
            return None
        found = _ETAG.fullmatch(given.strip())
        if found is None:
            raise Problem(ApiCode.HEADER, "api_header", facts={"header": header})
        return int(found[1])


def endpoint(callers: Callers, work: Callable[[Exchange], Response], *, has_body: bool = False) -> Endpoint:
    """Return an endpoint that identifies the caller before it reads the body, and works on a thread."""

    async def handle(request: Request) -> Response:
        try:
            authorization = request.headers.get("authorization", "")
            caller = await run_in_threadpool(callers.identify, authorization)
            body = await _read_body(request) if has_body else None
            return await run_in_threadpool(work, Exchange(request, caller, body))
        except Problem as problem:
            return problem_response(problem)
        except RecordAbsent:
            return problem_response(absent())

    return handle


def answer(content: BaseModel, status: int = 200, *, entry: int | None = None, **headers: str) -> Response:
    """Return an answer; `entry` is the number of the incident's last entry, its ETag."""
    etag = {} if entry is None else {"ETag": f'"{entry}"'}
    return JSONResponse(content.model_dump(mode="json"), status, {**_HEADERS, **etag, **headers})


def not_modified(entry: int) -> Response:
    """Return that the caller has the present state."""
    return Response(status_code=304, headers={**_HEADERS, "ETag": f'"{entry}"'})


def problem_response(problem: Problem) -> Response:
    """Return a problem as answer."""
    headers = {**_HEADERS, **problem.headers}
    return JSONResponse(document(problem), problem.status, headers, media_type=MEDIA_TYPE)


def absent() -> Problem:
    """Return the problem of a database that does not answer."""
    return Problem(ApiCode.UNAVAILABLE, "api_unavailable", headers={"Retry-After": _RETRY_SECONDS})


async def _read_body(request: Request) -> Any:
    try:
        raw = await request.body()
    except ClientDisconnect:
        raise Problem(ApiCode.TOO_LARGE, "api_too_large") from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not raw:
        return {}
    if kind != "application/json":
        raise Problem(ApiCode.MEDIA_TYPE, "api_media_type")
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(ApiCode.NOT_JSON, "api_not_json") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
