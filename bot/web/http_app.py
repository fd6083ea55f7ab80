"""The web application: Slack's webhook, the public routes that answer pages or take alerts, and health and metrics for monitoring.

`/healthz` reports on this process, `/readyz` on everything its work needs, `/metrics` is for Prometheus. Checks run on
threads, so that a slow database does not block the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt import App
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.answer_routes import AnswerEndpoints, answer_routes
from bot.web.intake_routes import IntakeEndpoints, intake_routes
from bot.web.public_path import API
from bot.web.request_limits import RequestLimits
from bot.web.signed_webhook import signed_webhook

_NOT_FOUND: Final = 404


@dataclass(frozen=True)
class ApiRoutes:
    """The routes of the API, and its answer to a request above a limit (413 or 429) and to an unknown address (404)."""

    routes: Sequence[BaseRoute]
    refuse: Callable[[int], Response]


class HealthProbe(Protocol):
    """The source of what monitoring reads."""

    def checks(self) -> Sequence[ProbedCheck]:
        """Return the state of each thing the work needs."""

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus' text format."""


class ProbedCheck(Protocol):
    """The state of one thing the work needs."""

    @property
    def name(self) -> str:
        """Its key in the response of /readyz."""

    @property
    def is_well(self) -> bool:
        """False when it needs attention."""

    @property
    def detail(self) -> str:
        """Its state in words."""


def web_app(
    is_healthy: Callable[[], bool],
    app: App | None = None,
    probe: HealthProbe | None = None,
    answers: AnswerEndpoints | None = None,
    api: ApiRoutes | None = None,
    *,
    intake: IntakeEndpoints | None = None,
) -> Starlette:
    """Build the web application: /healthz always, the other routes for the parts that are given."""

    async def healthz(request: Request) -> Response:
        healthy = await run_in_threadpool(is_healthy)
        return JSONResponse({"ok": healthy}, status_code=200 if healthy else 503)

    routes: list[BaseRoute] = [Route("/healthz", healthz), *(_monitoring_routes(probe) if probe else ())]
    if app is not None:
        routes.append(signed_webhook(app))
    if answers is not None:
        routes.extend(answer_routes(answers))
    if intake is not None:
        routes.extend(intake_routes(intake))
    if api is not None:
        routes.extend(api.routes)
    limits = Middleware(RequestLimits, refuse_api=api.refuse if api else None)
    return Starlette(routes=routes, middleware=[limits], exception_handlers={_NOT_FOUND: _not_found(api)})


def _not_found(api: ApiRoutes | None) -> Callable[[Request, Exception], Response]:
    """Return the answer where no route is: that of the API under its path, also where no mount takes a line break."""

    def answer(request: Request, error: Exception) -> Response:
        if api is not None and request.url.path.startswith(f"{API}/"):
            return api.refuse(_NOT_FOUND)
        return PlainTextResponse("Not Found", _NOT_FOUND)

    return answer


def _monitoring_routes(probe: HealthProbe) -> Sequence[Route]:
    async def readyz(request: Request) -> Response:
        checks = await run_in_threadpool(probe.checks)
        is_ready = all(check.is_well for check in checks)
        states = {check.name: {"ok": check.is_well, "said": check.detail} for check in checks}
        return JSONResponse({"ok": is_ready, "checks": states}, status_code=200 if is_ready else 503)

    async def metrics(request: Request) -> Response:
        return Response(await run_in_threadpool(probe.exposition), media_type=CONTENT_TYPE_LATEST)

    return [Route("/readyz", readyz), Route("/metrics", metrics)]
