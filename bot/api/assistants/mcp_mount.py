"""The server for assistants at its address, built when the first of them calls: its libraries take half a second to load."""

from __future__ import annotations

from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.api.callers import Callers
from bot.api.service import ApiService


class McpMount:
    """Answers each request by the server for assistants."""

    def __init__(self, service: ApiService, callers: Callers) -> None:
        self._parts = service, callers
        self._built: ASGIApp | None = None
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        endpoint = await run_in_threadpool(self._endpoint)
        await endpoint(scope, receive, send)

    def _endpoint(self) -> ASGIApp:
        with self._lock:
            if self._built is None:
                from bot.api.assistants.mcp_server import McpEndpoint

                self._built = McpEndpoint(*self._parts)
            return self._built
