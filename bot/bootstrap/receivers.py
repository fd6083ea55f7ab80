"""Builds what receives from Slack: the Bolt app, and the socket or web server in front of it. Knows no verb.

Socket Mode needs no address of ours; a port then serves the health page only. HTTP mode has the same listeners behind
the signing secret.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.bootstrap.application import Receiver
from bot.config.settings import Settings
from bot.monitoring.health_check import Health
from bot.slack.bolt_app import build_app
from bot.slack.client.client_factory import client_for
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.listener_deadline import Acked
from bot.slack.socket_mode.socket_connection import SocketConnection

HTTP_PORT: Final = 3000


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
    settings: Settings, app: App, health: Health, *, on_connected: Callable[[], None]
) -> Sequence[Receiver]:
    """Build the receivers that the settings ask for. `on_connected` is called when events may have been missed."""
    if settings.mode == "http":
        return [_web_server(settings, settings.http_port or HTTP_PORT, health, app, started=on_connected)]
    if settings.slack_app_token is None:
        return []
    socket = SocketConnection(app, settings.slack_app_token.get_secret_value(), on_connected=on_connected)
    if settings.http_port is None:
        return [socket]
    return [socket, _web_server(settings, settings.http_port, health)]


def _web_server(
    settings: Settings,
    port: int,
    health: Health,
    app: App | None = None,
    *,
    started: Callable[[], None] | None = None,
) -> Receiver:
    # Socket Mode without a port needs neither Starlette nor uvicorn, which take 5 MB.
    from bot.web.http_app import web_app
    from bot.web.http_server import WebServer

    return WebServer(web_app(health.is_alive, app, health), port, settings.http_host, started=started)


def is_healthy(receivers: Sequence[Receiver]) -> bool:
    """True if every receiver was connected within the last minute: a reconnect is normal."""
    return all(one.is_healthy() if isinstance(one, SocketConnection) else one.is_connected() for one in receivers)
