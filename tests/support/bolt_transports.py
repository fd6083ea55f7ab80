"""The two ways in which Slack reaches a Bolt app: a socket that the app opens, and HTTP requests to its address."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import hang_up


@contextmanager
def over_socket(sandbox: Sandbox, app: App) -> Iterator[None]:
    """Connect an app by Socket Mode for as long as the block lasts."""
    handler = SocketModeHandler(app, sandbox.app_token)
    handler.connect()
    assert sandbox.wait_for_socket(5)
    try:
        yield
    finally:
        hang_up(handler)


@contextmanager
def over_http(sandbox: Sandbox, app: App) -> Iterator[None]:
    """Serve an app by signed HTTP requests for as long as the block lasts."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {key: [value] for key, value in self.headers.items()}
            answer = app.dispatch(BoltRequest(body=body, headers=headers))
            self.send_response(answer.status)
            for key, values in answer.headers.items():
                self.send_header(key, values[0])
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    sandbox.deliver_to(f"http://127.0.0.1:{server.server_port}/slack/events")
    try:
        yield
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
