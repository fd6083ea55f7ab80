"""Socket Mode: the app's connections and their frames.

An envelope goes to one connection at random; any connection may acknowledge it. Ten connections are allowed.
Knows no retries.
"""

import asyncio
import json
import random
import secrets
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.connections import StallableSocket, protocol_of
from sandbox.delivery.envelope import Envelope
from sandbox.state.entities import Payload
from sandbox.workspace_errors import SlackError

MAX_CONNECTIONS = 10
REFRESH_SECONDS = 3600
GRACE_SECONDS = 10.0
Acknowledge = Callable[[str, Payload | None], None]


class SocketModeServer:
    """The app's open connections."""

    def __init__(self, app_id: str, acknowledge: Acknowledge, record: Callable[[str, str], None]) -> None:
        self._app_id = app_id
        self._acknowledge = acknowledge
        self._record = record
        self._tickets: set[str] = set()
        self._connections: list[_SocketConnection] = []
        self._is_closed_to_new = False

    def new_ticket(self) -> str:
        """Issue a single-use ticket for a connection. SlackError `service_unavailable` during an outage."""
        if self._is_closed_to_new:
            raise SlackError("service_unavailable")
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    def count(self) -> int:
        """Count the open connections."""
        return len(self._connections)

    def deliver(self, envelope: Envelope) -> bool:
        """Send an envelope over one connection at random. False if there is none."""
        usable = [connection for connection in self._connections if not connection.is_closing] or self._connections
        if not usable:
            return False
        random.choice(usable).send(envelope.frame())  # noqa: S311 - a lottery, not a secret
        return True

    def run_command(self, command: str) -> None:
        """Cut, stall or refresh every connection, or start and end an outage; on the loop's thread."""
        self._record("socket", command)
        if command in ("cut_off", "restore_connections"):
            self._is_closed_to_new = command == "cut_off"
        for connection in [] if command == "restore_connections" else list(self._connections):
            if command in ("drop", "cut_off"):
                connection.protocol.cut()
            elif command == "stall":
                connection.protocol.stalled = True
            else:
                connection.request_reconnect(command)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection from its ticket to its end."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets or self._is_closed_to_new:
            await websocket.close()
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        connection = _SocketConnection(protocol_of(websocket.scope))
        if len(self._connections) >= MAX_CONNECTIONS:
            await websocket.send_text(disconnect_frame("too_many_websockets"))
            await websocket.close()
            return
        self._connections.append(connection)
        self._record("socket", "opened")
        connection.send(self._hello())
        writer = asyncio.create_task(connection.write_to(websocket))
        try:
            await self._read(websocket, connection)
        finally:
            writer.cancel()
            self._connections.remove(connection)
            self._record("socket", "closed")

    async def _read(self, websocket: WebSocket, connection: "_SocketConnection") -> None:
        while True:
            try:
                frame = json.loads(await websocket.receive_text())
            except (WebSocketDisconnect, KeyError):
                return
            except ValueError:
                continue
            if not connection.protocol.stalled and isinstance(frame, dict) and "envelope_id" in frame:
                payload = frame.get("payload")
                self._acknowledge(str(frame["envelope_id"]), payload if isinstance(payload, dict) else None)

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": REFRESH_SECONDS,
            },
        }


class _SocketConnection:
    """One open connection and its outgoing frames."""

    def __init__(self, protocol: StallableSocket) -> None:
        self.protocol = protocol
        self.is_closing = False
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: dict[str, Any]) -> None:
        """Queue a frame."""
        self._outgoing.put_nowait(json.dumps(frame))

    def request_reconnect(self, reason: str) -> None:
        """Ask the app to reconnect. The connection ends after a grace period, unless this is a warning."""
        self._outgoing.put_nowait(disconnect_frame(reason))
        if reason != "warning":
            self.is_closing = True
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self.protocol.cut)

    async def write_to(self, websocket: WebSocket) -> None:
        """Send queued frames in order. A stalled connection loses them."""
        while True:
            frame = await self._outgoing.get()
            if not self.protocol.stalled:
                try:
                    await websocket.send_text(frame)
                except (WebSocketDisconnect, RuntimeError):
                    return


def disconnect_frame(reason: str) -> str:
    """Return the frame that asks an app to reconnect."""
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}})
