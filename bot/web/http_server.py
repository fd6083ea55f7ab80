"""The HTTP server: uvicorn on a thread of its own. Knows no route."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.web.connection_limits import ConnectionLimits

START_SECONDS: Final = 10.0
LOOPBACK: Final = "127.0.0.1"
_KEEP_ALIVE_SECONDS: Final = 5
_MOST_HEADER_BYTES: Final = 16_384


class PortTaken(OSError):  # noqa: N818 - named for what was wrong
    """Another program listens on the port, or this process has no right to."""


class CurrentApplication:
    """The application that is served at the moment."""

    def __init__(self, application: Starlette) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer one request."""
        await self.application(scope, receive, send)


class WebServer:
    """Serves one web application, and after `hand_over` another. `started` is called once it answers requests."""

    def __init__(
        self,
        application: Starlette,
        port: int,
        host: str = LOOPBACK,
        *,
        started: Callable[[], None] | None = None,
        limits: ConnectionLimits | None = None,
    ) -> None:
        import uvicorn  # imported here because Socket Mode without a port never serves

        from bot.web.connection_limits import BACKLOG, ConnectionLimits, limited_protocol

        self._current = CurrentApplication(application)
        config = uvicorn.Config(
            self._current,
            host=host,
            port=port,
            http=limited_protocol(limits or ConnectionLimits.of_process()),
            backlog=BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
            # X-Forwarded-For is anyone's word: limits go by the address that connects.
            proxy_headers=False,
            server_header=False,
            # Below an error uvicorn logs a line for every malformed request, as many as are sent.
            log_level="error",
            lifespan="off",
            ws="none",
            log_config=None,
        )
        self._server = uvicorn.Server(config)
        self._started, self._next = started, application
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def is_connected(self) -> bool:
        """True while requests are answered."""
        return self._server.started and self._thread.is_alive()

    @property
    def port(self) -> int:
        """The port in use, also when port 0 asked for any free one."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def hand_over(self, application: Starlette, *, started: Callable[[], None] | None) -> None:
        """Serve another application from the next `start`, which then calls `started`."""
        self._next, self._started = application, started

    def start(self) -> None:
        """Serve, and return once requests are answered. Raise PortTaken when the port cannot be had."""
        self._current.application = self._next
        if not self.is_connected():
            self._listen()
        if self._started is not None:
            self._started()

    def _listen(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise PortTaken(
                    f"Port {self._server.config.port} cannot be listened on at {self._server.config.host}. "
                    "Set MUSTER_HTTP_PORT to a free port and MUSTER_HTTP_HOST to an address of this machine."
                )
            time.sleep(0.01)

    def stop(self) -> None:
        """Finish the requests that are running, then close the port."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=START_SECONDS)
