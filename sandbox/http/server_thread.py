"""The server's thread: uvicorn on its own event loop, on a free port."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any, cast

import uvicorn

from sandbox.connections import CuttableHttp, StallableSocket

TICK_SECONDS = 0.02
START_TIMEOUT_S = 10.0
SHUTDOWN_TIMEOUT_S = 0.3


class ServerThread:
    """One running server."""

    def __init__(self, app: Any, host: str, port: int, *, every_tick: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            http=CuttableHttp,
            ws=StallableSocket,
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            ws_ping_interval=None,
            date_header=False,
        )
        self._ready = threading.Event()
        self._server = _Server(config, on_start=self._ready.set, every_tick=every_tick)
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> None:
        """Start the thread and wait until the server accepts requests."""
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_S):
            raise RuntimeError("the pretend workspace did not start")

    def stop(self) -> None:
        """Stop the server and join its thread."""
        self._server.should_exit = True
        self._thread.join(START_TIMEOUT_S)
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def _serve(self) -> None:
        await self._server.serve([self._socket])
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:  # Their connections are cut, which ends most tasks; the others are cancelled.
            await asyncio.wait(others, timeout=SHUTDOWN_TIMEOUT_S)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _Server(uvicorn.Server):
    """A server without signal handlers. It ticks often and stops without waiting for open connections."""

    def __init__(self, config: uvicorn.Config, *, on_start: Callable[[], None], every_tick: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start
        self._every_tick = every_tick

    def capture_signals(self) -> Any:
        """Install no handler: signals belong to the main program."""
        return contextlib.nullcontext()

    async def main_loop(self) -> None:
        """Tick until the server is told to stop."""
        self._on_start()
        while not self.should_exit:
            self._every_tick()
            await asyncio.sleep(TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listeners and cut every connection."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            cast("CuttableHttp | StallableSocket", connection).cut()
