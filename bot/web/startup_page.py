"""What the port answers while a start waits for Slack: alive, not ready, and 503 to Slack, which then sends events again."""

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


def startup_page(reason: Callable[[], str]) -> Starlette:
    """Build the application that is served until Slack has answered."""
    application = web_app(lambda: True, probe=WaitingProbe(reason))
    application.router.routes.append(Route("/slack/events", _unavailable, methods=["POST"]))
    return application


async def _unavailable(request: Request) -> Response:
    return Response(status_code=503)
