"""Connections that can be cut or stalled, which no web framework offers.

uvicorn's protocols are extended so that an application reaches its own transport through the ASGI scope.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SCOPE_KEY = "sandbox.connection"
Scope = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]


class CuttableHttp(H11Protocol):
    """HTTP whose connection can be cut without a response."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = _with_protocol(self.app, self)

    def cut(self) -> None:
        """Abort the connection."""
        self.transport.abort()


class StallableSocket(WebSocketsSansIOProtocol):
    """A WebSocket that can be cut, or stall: it stays open and sends nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stalled = False
        self.app = _with_protocol(self.app, self)

    def handle_ping(self) -> None:
        """Reply to a ping with its payload, unless the socket is stalled."""
        pong = self.conn.data_to_send()
        if not self.stalled:
            self.transport.write(b"".join(pong))

    def cut(self) -> None:
        """Abort the connection without a closing frame."""
        self.transport.abort()


def protocol_of(scope: Scope) -> Any:
    """Return the protocol object of a request or socket."""
    return scope[SCOPE_KEY]


def cut_connection(scope: Scope) -> None:
    """Abort the connection of a request."""
    scope[SCOPE_KEY].cut()


def _with_protocol(app: Any, protocol: Any) -> Any:
    async def wrapper(scope: Scope, receive: Any, send: Any) -> None:
        scope[SCOPE_KEY] = protocol
        await app(scope, receive, send)

    return wrapper
