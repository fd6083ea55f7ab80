"""What a process has before it is composed: the wait for Slack, and the port with a page that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.config.settings import Settings
from bot.slack.client.startup_retry import StartupRetry

if TYPE_CHECKING:
    from bot.web.http_server import WebServer

HTTP_PORT: Final = 3000


class Startup:
    """The start of one process. `server` is its web server, None in Socket Mode without a port, a public address or the API."""

    def __init__(self, settings: Settings) -> None:
        self.retry = StartupRetry()
        self.server = self._web_server(settings)

    def listen(self) -> None:
        """Answer on the port until the application takes it over. Raise PortTaken when the port cannot be had."""
        if self.server is not None:
            self.server.start()

    def _web_server(self, settings: Settings) -> WebServer | None:
        is_needed = settings.mode == "http" or settings.public_url is not None or settings.api == "on"
        port = settings.http_port or (HTTP_PORT if is_needed else None)
        if port is None:
            return None
        # Socket Mode without a port needs neither Starlette nor uvicorn, which take 5 MB.
        from bot.web.http_server import WebServer
        from bot.web.startup_page import startup_page

        page = startup_page(
            lambda: self.retry.reason, has_answers=settings.public_url is not None, has_api=settings.api == "on"
        )
        return WebServer(page, port, settings.http_host)
