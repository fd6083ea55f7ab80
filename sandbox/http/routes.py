"""The addresses of the workspace: Web API, sockets, response addresses, uploads, and the page when it is there."""

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox.delivery.socket_mode_server import SocketModeServer
from sandbox.http.response_endpoint import ResponseEndpoint
from sandbox.http.web_api_endpoint import WebApiEndpoint

if TYPE_CHECKING:
    from sandbox.server import Sandbox

OURSELVES = ["127.0.0.1", "localhost", "[::1]"]


def application(sandbox: "Sandbox", api: WebApiEndpoint, plain: ResponseEndpoint, sockets: SocketModeServer) -> Any:
    """Return the whole workspace as one application that answers to loopback names only."""
    routes: list[BaseRoute] = [
        Route("/api/{method}", api.handle, methods=["GET", "POST"]),
        WebSocketRoute("/link", sockets.serve),
        Route("/respond/{kind}/{team}/{key}", plain.respond, methods=["POST"]),
        Route("/upload/{file}", plain.upload, methods=["POST", "PUT"]),
        *page_routes(sandbox),
    ]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=OURSELVES)])


def page_routes(sandbox: "Sandbox") -> list[BaseRoute]:
    """Return the page's routes, or none when the page is not installed."""
    if importlib.util.find_spec("sandbox.page") is None or importlib.util.find_spec("sandbox.page.page_routes") is None:
        return []
    found: list[BaseRoute] = importlib.import_module("sandbox.page.page_routes").page_routes(sandbox)
    return found
