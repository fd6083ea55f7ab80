"""Builds what receives from Slack: the Bolt app, and the socket or web server in front of it. Knows no verb.

Socket Mode needs no address of ours; a port then serves the health page only. HTTP mode has the same listeners behind
the signing secret.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.bootstrap.application import Receiver
from bot.bootstrap.startup import Startup
from bot.config.settings import Settings
from bot.monitoring.health_check import Health
from bot.slack.bolt_app import build_app
from bot.slack.client.client_factory import client_for
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.listener_deadline import Acked
from bot.slack.socket_mode.socket_connection import SocketConnection

if TYPE_CHECKING:
    from bot.web.answer_routes import AnswerEndpoints
    from bot.web.http_app import ApiRoutes
    from bot.web.intake_routes import IntakeEndpoints


@dataclass(frozen=True)
class PublicEndpoints:
    """Where pages are answered, the API, and where alerts are posted; None for what there is not."""

    answers: AnswerEndpoints | None = None
    api: ApiRoutes | None = None
    intake: IntakeEndpoints | None = None


def bolt_app(
    settings: Settings, gateway: SlackGateway, identity: AuthorizeResult, acked: Acked = lambda kind, seconds: None
) -> App:
    """Build the Bolt app. Only HTTP mode verifies signatures."""
    secret = settings.slack_signing_secret
    return build_app(
        gateway,
        settings.commands,
        authorized=identity,
        client=client_for(settings.slack_api_url),
        signing_secret=secret.get_secret_value() if secret and settings.mode == "http" else None,
        acked=acked,
    )


def receivers_of(
    settings: Settings,
    app: App,
    health: Health,
    startup: Startup,
    *,
    on_connected: Callable[[], None],
    public: PublicEndpoints,
) -> Sequence[Receiver]:
    """Build the receivers that the settings ask for. `on_connected` is called when events may have been missed.

    `public` are the endpoints that people and other systems reach.

    The page with the state of this process comes first, so that it tells of a wait for Slack's socket.
    """
    server, token = startup.server, settings.slack_app_token
    is_http = settings.mode == "http"
    if server is not None:
        from bot.web.http_app import web_app

        application = web_app(
            health.is_alive, app if is_http else None, health, public.answers, public.api, intake=public.intake
        )
        server.hand_over(application, started=on_connected if is_http else None)
    if is_http or token is None:
        return [server] if server is not None else []
    socket = SocketConnection(app, token.get_secret_value(), on_connected=on_connected, retry=startup.retry)
    return [socket] if server is None else [server, socket]


def is_healthy(receivers: Sequence[Receiver]) -> bool:
    """True if every receiver was connected within the last minute: a reconnect is normal."""
    return all(one.is_healthy() if isinstance(one, SocketConnection) else one.is_connected() for one in receivers)
