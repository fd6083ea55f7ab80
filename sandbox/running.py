"""The server's thread: uvicorn on a loop of its own, a port found at the start, an end that waits for nobody."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn

from sandbox.wire import CuttableHttp, DeafenableSocket

TICK_SECONDS = 0.02
STARTING_TAKES = 10.0


class Running:
    """One running server."""

    def __init__(self, app: Any, host: str, port: int, *, every_tick: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            http=CuttableHttp,
            ws=DeafenableSocket,
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            ws_ping_interval=None,
            timeout_graceful_shutdown=1,
        )
        self._server = _Quiet(config)
        self._every_tick = every_tick
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> None:
        """Start serving and wait until it does."""
        self._thread.start()
        if not self._ready.wait(STARTING_TAKES):
            raise RuntimeError("the pretend workspace did not start")

    def stop(self) -> None:
        """Stop serving and wait for the thread to end."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(STARTING_TAKES)
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def _serve(self) -> None:
        ticking = asyncio.create_task(self._tick())
        try:
            await self._server.serve([self._socket])
        finally:
            ticking.cancel()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def _tick(self) -> None:
        while not self._server.started:
            await asyncio.sleep(0.002)
        self._ready.set()
        while True:
            self._every_tick()
            await asyncio.sleep(TICK_SECONDS)


class _Quiet(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    def capture_signals(self) -> Any:
        """Capture nothing: signals belong to the main program."""
        return contextlib.nullcontext()
