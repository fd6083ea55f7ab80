"""Socket Mode: the connections an app has open, and the frames that pass through them.

Each envelope goes to one connection picked at random; an acknowledgement is taken from any. Ten connections are allowed.
It refuses to know what envelopes mean and when to give up on them.
"""

import asyncio
import json
import random
import secrets
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.connections import DeafenableSocket, connection
from sandbox.delivery.envelope import Envelope
from sandbox.state.entities import Payload
from sandbox.workspace_errors import SlackError

MOST = 10
REFRESH_AFTER = 3600
GRACE_SECONDS = 10.0
Acknowledge = Callable[[str, Payload | None], None]


class SocketModeServer:
    """The app's open connections."""

    def __init__(self, app_id: str, acknowledge: Acknowledge, note: Callable[[str, str], None]) -> None:
        self._app_id = app_id
        self._acknowledge = acknowledge
        self._note = note
        self._tickets: set[str] = set()
        self._open: list[_Link] = []
        self._is_shut = False

    def new_ticket(self) -> str:
        """Give out a ticket that opens one connection, unless the door is shut."""
        if self._is_shut:
            raise SlackError("service_unavailable")
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    def count(self) -> int:
        """Count the open connections."""
        return len(self._open)

    def carry(self, envelope: Envelope) -> bool:
        """Send an envelope through one connection, any of them; tell whether there was one."""
        usable = [link for link in self._open if not link.leaving] or self._open
        if not usable:
            return False
        random.choice(usable).send(envelope.frame())  # noqa: S311 - a lottery, not a secret
        return True

    def obey(self, command: str) -> None:
        """Cut, deafen or refresh every connection, or shut the door to new ones as well; on the loop's thread."""
        self._note("socket", command)
        if command in ("cut_off", "restore_connections"):
            self._is_shut = command == "cut_off"
        for link in [] if command == "restore_connections" else list(self._open):
            if command in ("drop", "cut_off"):
                link.wire.cut()
            elif command == "stall":
                link.wire.deaf = True
            else:
                link.ask_to_leave(command)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection from its ticket to its end."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets or self._is_shut:
            await websocket.close()
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        link = _Link(connection(websocket.scope))
        if len(self._open) >= MOST:
            await websocket.send_text(disconnection("too_many_websockets"))
            await websocket.close()
            return
        self._open.append(link)
        self._note("socket", "opened")
        link.send(self._hello())
        writing = asyncio.create_task(link.write_to(websocket))
        try:
            await self._read(websocket, link)
        finally:
            writing.cancel()
            self._open.remove(link)
            self._note("socket", "closed")

    async def _read(self, websocket: WebSocket, link: "_Link") -> None:
        while True:
            try:
                said = json.loads(await websocket.receive_text())
            except (WebSocketDisconnect, KeyError):
                return
            except ValueError:
                continue
            if not link.wire.deaf and isinstance(said, dict) and "envelope_id" in said:
                payload = said.get("payload")
                self._acknowledge(str(said["envelope_id"]), payload if isinstance(payload, dict) else None)

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": REFRESH_AFTER,
            },
        }


class _Link:
    """One open connection and what waits to go through it."""

    def __init__(self, wire: DeafenableSocket) -> None:
        self.wire = wire
        self.leaving = False
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: dict[str, Any]) -> None:
        """Put a frame in line."""
        self._waiting.put_nowait(json.dumps(frame))

    def ask_to_leave(self, reason: str) -> None:
        """Tell the app to reconnect; all but a warning end the connection after a while."""
        self._waiting.put_nowait(disconnection(reason))
        if reason != "warning":
            self.leaving = True
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self.wire.cut)

    async def write_to(self, websocket: WebSocket) -> None:
        """Send what waits, in order; a deaf connection loses it."""
        while True:
            frame = await self._waiting.get()
            if not self.wire.deaf:
                try:
                    await websocket.send_text(frame)
                except (WebSocketDisconnect, RuntimeError):
                    return


def disconnection(reason: str) -> str:
    """Write the frame that asks an app to reconnect."""
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}})
