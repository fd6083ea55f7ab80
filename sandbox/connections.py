"""The two liberties the workspace takes with connections that no web framework offers: to cut one, to turn it deaf.

uvicorn's protocols are extended just enough that an application can reach its own transport through the scope.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SCOPE_KEY = "sandbox.connection"
Scope = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]


class CuttableHttp(H11Protocol):
    """HTTP whose connection can be cut without an answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = _with_protocol(self.app, self)

    def cut(self) -> None:
        """End the connection at once."""
        self.transport.abort()


class StallableSocket(WebSocketsSansIOProtocol):
    """A WebSocket that can be cut, or stay open and answer nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stalled = False
        self.app = _with_protocol(self.app, self)

    def handle_ping(self) -> None:
        """Answer a ping with its own payload, or swallow it."""
        pong = self.conn.data_to_send()
        if not self.stalled:
            self.transport.write(b"".join(pong))

    def cut(self) -> None:
        """End the connection at once, without a closing frame."""
        self.transport.abort()


def protocol_of(scope: Scope) -> Any:
    """Return the protocol a request or socket arrived on."""
    return scope[SCOPE_KEY]


def cut_connection(scope: Scope) -> None:
    """Cut the connection a request arrived on."""
    scope[SCOPE_KEY].cut()


def _with_protocol(app: Any, protocol: Any) -> Any:
    async def wrapper(scope: Scope, receive: Any, send: Any) -> None:
        scope[SCOPE_KEY] = protocol
        await app(scope, receive, send)

    return wrapper
