"""A server on loopback that plays another HTTP API, with the faults that such an API has."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BUSY, BROKEN, HANGS, LOSES_REPLY, REDIRECTS = "busy", "broken", "hangs", "loses_reply", "redirects"


@dataclass(frozen=True)
class Called:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class HttpDouble:
    """The server. `faults` are met by the next requests, one each; `play` answers all others with status and JSON.

    BUSY answers 429, BROKEN 500, HANGS nothing at all, LOSES_REPLY does what was asked and breaks the connection.
    """

    faults: list[str] = field(default_factory=list)
    retry_after: str = "7"
    calls: list[Called] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def play(self, call: Called) -> tuple[int, Mapping[str, Any]]:
        """Answer a request."""
        raise LookupError(call.path)

    def answer(self, call: Called) -> tuple[int, Mapping[str, Any], dict[str, str]] | None:
        """Return status, body and headers; None breaks the connection without a reply."""
        self.calls.append(call)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == HANGS:
            self._released.wait(30)
            return None
        if fault == BUSY:
            return 429, {"message": "slow down"}, {"Retry-After": self.retry_after} if self.retry_after else {}
        if fault == BROKEN:
            return 500, {"message": "internal"}, {}
        if fault == REDIRECTS:
            return 302, {}, {"Location": f"{self.url}/elsewhere"}
        status, body = self.play(call)
        return None if fault == LOSES_REPLY else (status, body, {})


def _handler(double: HttpDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answered = double.answer(Called(self.command, parts.path, query, dict(self.headers), body))
            if answered is None:
                self.close_connection = True
                return
            status, reply, headers = answered
            data = json.dumps(reply).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = handle_one  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler
