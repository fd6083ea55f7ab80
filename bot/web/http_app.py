"""HTTP for Slack and for whoever watches over us: the same listeners behind the signing secret, and how we are.

Bolt checks signatures and ages; requests run on threads, so that one slow commit holds up nobody else. `/healthz` is
about this process, `/readyz` about all that its work needs, `/metrics` is for Prometheus.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.web.request_limits import RequestLimits

STARTING_TAKES: Final = 10.0


class HealthProbe(Protocol):
    """Whoever knows how we are."""

    def checks(self) -> Sequence[ProbedCheck]:
        """Give each thing that the work needs."""

    def page(self) -> bytes:
        """Give what Prometheus reads."""


class ProbedCheck(Protocol):
    """One thing that the work needs, and what is so."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def is_well(self) -> bool:
        """Whether it is as it should be."""

    @property
    def said(self) -> str:
        """What is so."""


def web_app(is_healthy: Callable[[], bool], app: App | None = None, watched: HealthProbe | None = None) -> Starlette:
    """Build the web application; without a Bolt app it only tells how we are."""

    async def healthz(request: Request) -> Response:
        healthy = await run_in_threadpool(is_healthy)
        return JSONResponse({"ok": healthy}, status_code=200 if healthy else 503)

    async def slack(request: Request) -> Response:
        if app is None:
            return Response(status_code=404)
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=413)
        return _as_response(await run_in_threadpool(app.dispatch, await _as_bolt(request, body)))

    routes = [Route("/healthz", healthz), *(_watching(watched) if watched else ())]
    if app is not None:
        routes.append(Route("/slack/events", slack, methods=["POST"]))
    return Starlette(routes=routes, middleware=[Middleware(RequestLimits)])


def _watching(watched: HealthProbe) -> Sequence[Route]:
    async def readyz(request: Request) -> Response:
        checks = await run_in_threadpool(watched.checks)
        is_ready = all(check.is_well for check in checks)
        told = {check.name: {"ok": check.is_well, "said": check.said} for check in checks}
        return JSONResponse({"ok": is_ready, "checks": told}, status_code=200 if is_ready else 503)

    async def metrics(request: Request) -> Response:
        return Response(await run_in_threadpool(watched.page), media_type=CONTENT_TYPE_LATEST)

    return [Route("/readyz", readyz), Route("/metrics", metrics)]


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
