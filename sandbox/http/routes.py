"""The addresses of the workspace: Web API, Socket Mode, response URLs, file uploads, and the routes of the page."""

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox.delivery.socket_mode_server import SocketModeServer
from sandbox.http.file_endpoint import FileEndpoint
from sandbox.http.response_endpoint import ResponseEndpoint
from sandbox.http.web_api_endpoint import WebApiEndpoint

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def application(
    web_api: WebApiEndpoint,
    responses: ResponseEndpoint,
    files: FileEndpoint,
    sockets: SocketModeServer,
    page: Sequence[BaseRoute],
) -> Any:
    """Return the whole workspace as one ASGI application that serves loopback host names only."""
    routes: list[BaseRoute] = [
        Route("/api/{method}", web_api.handle, methods=["GET", "POST"]),
        WebSocketRoute("/link", sockets.serve),
        Route("/respond/{kind}/{team}/{key}", responses.respond, methods=["POST"]),
        Route("/files-pri/{file}/{name:path}", files.download),
        Route("/upload/{file}", responses.upload, methods=["POST", "PUT"]),
        *page,
    ]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_HOSTS)])
