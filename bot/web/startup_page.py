"""What the port answers while a start waits for Slack: alive, not ready, and 503 to Slack and to providers, which try again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.http_app import web_app
from bot.web.public_path import API, PUBLIC


@dataclass(frozen=True)
class WaitingCheck:
    """The one check of a start: Slack has not answered yet."""

    detail: str
    name: str = "slack"
    is_well: bool = False


class WaitingProbe:
    """The source of what monitoring reads during a start. `reason` returns why it waits, or an empty text."""

    def __init__(self, reason: Callable[[], str]) -> None:
        self._reason = reason
        self._registry = CollectorRegistry()
        Gauge("muster_ready", "Whether /readyz reports ready.", registry=self._registry).set(0)

    def checks(self) -> Sequence[WaitingCheck]:
        """Return that Muster waits for Slack, and why."""
        reason = self._reason()
        return [WaitingCheck(f"waiting for Slack: {reason}" if reason else "starting")]

    def exposition(self) -> bytes:
        """Return that Muster is not ready, in Prometheus' text format."""
        return generate_latest(self._registry)


def startup_page(reason: Callable[[], str], *, has_answers: bool = False, has_api: bool = False) -> Starlette:
    """Build the application that is served until Slack has answered; `has_answers`: pages are answered at this port.

    `has_api`: so is the API.
    """
    application = web_app(lambda: True, probe=WaitingProbe(reason))
    application.router.routes.append(Route("/slack/events", _unavailable, methods=["POST"]))
    if has_answers:
        application.router.routes.append(Route(PUBLIC + "/{rest:path}", _unavailable, methods=["GET", "POST"]))
    if has_api:
        methods = ["GET", "POST", "DELETE"]
        application.router.routes.append(Route(API + "/{rest:path}", _unavailable, methods=methods))
    return application


async def _unavailable(request: Request) -> Response:
    return Response("Muster is starting. Try again in a minute, or answer in Slack.", 503, {"Retry-After": "10"})
