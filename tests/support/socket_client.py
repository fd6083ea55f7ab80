"""A Socket Mode client without an SDK: one WebSocket, its frames and its acknowledgements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import client_of

Frame = dict[str, Any]


@contextmanager
def link(sandbox: Sandbox) -> Iterator[ClientConnection]:
    """Yield an open connection; its hello is read and stored as `hello`."""
    url = client_of(sandbox).apps_connections_open(app_token=sandbox.app_token)["url"]
    with connect(url, proxy=None, ping_interval=None, close_timeout=0.1) as socket:
        yield socket


def frame(socket: ClientConnection, timeout: float = 3.0) -> Frame:
    return dict(json.loads(socket.recv(timeout)))


def ack(socket: ClientConnection, envelope: Frame, payload: Frame | None = None) -> None:
    said = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload else {})
    socket.send(json.dumps(said))
