"""A provider on this machine that takes every page, and the time at which each arrived. Plays PagerDuty's events API."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.clock import Clock, RealClock


class PagerDouble:
    """The provider. `arrived` holds the first arrival of each page by its key (UTC)."""

    def __init__(self) -> None:
        self.arrived: dict[str, datetime] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.arrived, RealClock()))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the provider."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> PagerDouble:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(arrived: dict[str, datetime], clock: Clock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take an event."""
            now = clock.now()
            event: dict[str, Any] = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            if event.get("event_action") == "trigger":
                arrived.setdefault(str(event["dedup_key"]), now)
            reply = json.dumps({"status": "success", "dedup_key": event.get("dedup_key")}).encode()
            self.send_response(202)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler
