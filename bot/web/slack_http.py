"""HTTP for Slack and for whoever watches over us: the same listeners behind the signing secret, and `/healthz`.

Bolt checks signatures and ages; requests run on threads, so that one slow commit holds up nobody else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import uvicorn
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

STARTING_TAKES: Final = 10.0
LARGEST_BODY: Final = 1_000_000


def web_app(is_healthy: Callable[[], bool], app: App | None = None) -> Starlette:
    """Build the web application; without a Bolt app it only tells how we are."""

    async def healthz(request: Request) -> Response:
        healthy = await run_in_threadpool(is_healthy)
        return JSONResponse({"ok": healthy}, status_code=200 if healthy else 503)

    async def slack(request: Request) -> Response:
        body = await request.body()
        if app is None or len(body) > LARGEST_BODY:
            return Response(status_code=413)
        return _as_response(await run_in_threadpool(app.dispatch, await _as_bolt(request, body)))

    routes = [Route("/healthz", healthz)]
    return Starlette(routes=[*routes, Route("/slack/events", slack, methods=["POST"])] if app else routes)


class PortTaken(OSError):  # noqa: N818 - named for what was wrong
    """Another program listens on the port, or this one may not."""


class WebServer:
    """Serves the web application from a thread of its own. `started` is called once it does."""

    def __init__(
        self,
        application: Starlette,
        port: int,
        host: str = "0.0.0.0",  # noqa: S104 - Slack calls from outside
        *,
        started: Callable[[], None] | None = None,
    ) -> None:
        config = uvicorn.Config(
            application, host=host, port=port, log_level="warning", lifespan="off", ws="none", log_config=None
        )
        self._server = uvicorn.Server(config)
        self._started = started
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def is_connected(self) -> bool:
        """Tell whether requests are answered."""
        return self._server.started and self._thread.is_alive()

    @property
    def port(self) -> int:
        """Give the port it listens on, also when any free one was asked for."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def start(self) -> None:
        """Listen; return once requests are answered."""
        self._thread.start()
        deadline = time.monotonic() + STARTING_TAKES
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise PortTaken(
                    f"Port {self._server.config.port} cannot be listened on. Set MUSTER_HTTP_PORT to a free one."
                )
            time.sleep(0.01)
        if self._started is not None:
            self._started()

    def stop(self) -> None:
        """Answer what was begun, then listen no more."""
        self._server.should_exit = True
        self._thread.join(timeout=STARTING_TAKES)


async def _as_bolt(request: Request, body: bytes) -> BoltRequest:
    return BoltRequest(
        body=body.decode("utf-8", "replace"),
        query=str(request.query_params),
        headers={name: request.headers.getlist(name) for name in request.headers},
    )


def _as_response(answer: BoltResponse) -> Response:
    headers = {name: values[0] for name, values in answer.headers.items() if name.lower() != "content-length"}
    return Response(content=answer.body, status_code=answer.status, headers=headers)
