"""The Web API over HTTP: applies faults, token, tier and scopes to a request, then calls its method.

Every reply is 200 with JSON, except 429 and injected faults. Latency does not block other calls.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.api.api_call import ApiCall, RateLimitedError, Services
from sandbox.api.tiers import Tiers
from sandbox.connections import cut_connection
from sandbox.faults import Faults
from sandbox.methods import METHODS, Method
from sandbox.state.entities import Payload
from sandbox.state.workspace import Workspace
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import SlackError


@dataclass(frozen=True)
class Tokens:
    """The bot token and the app-level token."""

    bot: str
    app: str


class WebApiEndpoint:
    """The endpoint of every method."""

    def __init__(
        self, ws: Workspace, services: Services, *, tokens: Tokens, tiers: Tiers, faults: Faults, wire_log: WireLog
    ) -> None:
        self._ws = ws
        self._services = services
        self._tokens = tokens
        self._tiers = tiers
        self._faults = faults
        self._wire_log = wire_log

    async def handle(self, request: Request) -> Response:
        """Answer one call."""
        name = request.path_params["method"]
        args = await read_arguments(request)
        started = time.perf_counter()
        half_latency = self._faults.latency_of(name) / 2000
        if half_latency:
            await asyncio.sleep(half_latency)
        response, result = self._respond(name, args, token_of(request, args))
        if half_latency:
            await asyncio.sleep(half_latency)
        self._wire_log.record(
            at=self._ws.clock.now().isoformat(),
            kind="api",
            name=name,
            detail={key: value for key, value in args.items() if key != "token"},
            result=result,
            ms=(time.perf_counter() - started) * 1000,
        )
        if self._faults.consume("lose_reply", name) is not None:
            cut_connection(request.scope)
        return response

    def _respond(self, name: str, args: Payload, token: str) -> tuple[Response, str]:
        status = self._faults.consume("status", name)
        if status is not None:
            return PlainTextResponse("Server Error", int(status)), status
        try:
            return self._json_response({"ok": True, **self._dispatch(name, args, token)}), "ok"
        except RateLimitedError as limited:
            response = self._json_response({"ok": False, "error": "ratelimited"}, 429)
            response.headers["Retry-After"] = str(limited.retry_after)
            return response, "429"
        except SlackError as error_response:
            return self._json_response(
                {"ok": False, "error": error_response.name, **error_response.more}
            ), error_response.name

    def _dispatch(self, name: str, args: Payload, token: str) -> Payload:
        retry_after = self._faults.consume("too_many", name)
        if retry_after is not None:
            raise RateLimitedError(int(retry_after))
        error = self._faults.consume("error", name)
        if error is not None:
            raise SlackError(error)
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._authorize(method, token)
        wait = self._tiers.take(name, method.per_minute)
        if wait:
            raise RateLimitedError(wait)
        self._services.scopes.require(method.scopes)
        with self._ws.lock:
            return method.run(ApiCall(self._ws, self._services, args))

    def _authorize(self, method: Method, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in (self._tokens.bot, self._tokens.app):
            raise SlackError("invalid_auth")
        if method.needs_app_token != (token == self._tokens.app):
            raise SlackError("not_allowed_token_type")

    def _json_response(self, body: Payload, status: int = 200) -> Response:
        scopes = self._services.scopes
        headers = {
            "date": format_datetime(self._ws.clock.now(), usegmt=True),
            "x-oauth-scopes": ",".join(scopes.granted),
            "x-slack-req-id": f"{id(body):x}",
        }
        return Response(json.dumps(body), status, headers, "application/json; charset=utf-8")


async def read_arguments(request: Request) -> dict[str, Any]:
    """Return a call's arguments from its query string and its body, a form or JSON."""
    args: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            read = json.loads(body or b"{}")
        except ValueError:
            return args
        return args | (read if isinstance(read, dict) else {})
    return args | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def token_of(request: Request, args: Payload) -> str:
    """Return a call's token, from the Authorization header or the arguments. "" when there is none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else str(args.get("token") or "")
