"""A web server on this machine that answers each path with what a test puts there: calendars, PagerDuty's and Jira's APIs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class FeedServer:
    """The server. `answers` are status and body by path, the body of a 302 is its Location; `asked` are the queries and the headers of the requests."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, body: Any, status: int = 200) -> None:
        self.answers[path] = (status, body if isinstance(body, bytes) else json.dumps(body).encode())


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    found = FeedServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            found.asked.append((parts.path, parse_qs(parts.query), dict(self.headers)))
            offset = parse_qs(parts.query).get("offset", ["0"])[0]
            status, body = found.answers.get(f"{parts.path}@{offset}") or found.answers.get(parts.path, (404, b""))
            self.send_response(status)
            if status == HTTPStatus.FOUND:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
