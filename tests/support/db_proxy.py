"""A proxy before a PostgreSQL server that can be made slow, deaf, rude, absent or forgetful while a test runs."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Mode = Literal["ok", "slow", "deaf", "reset", "refuse", "lost_reply"]
_AT_ONCE = struct.pack("ii", 1, 0)


class DatabaseProxy:
    """Listens on loopback and passes on to the unix socket of `dsn`.

    `slow` waits before each piece that is passed on, `deaf` passes nothing on, `reset` ends every connection, old and
    new, `refuse` ends them and listens no more, `lost_reply` passes a COMMIT on and ends the connection instead of
    passing back what the server says to it.
    """

    def __init__(self, dsn: str, *, delay: float = 0.4) -> None:
        parts = urlsplit(dsn)
        self._upstream = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._delay = delay
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._muted: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self.mode: Mode = "ok"
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]
        self.url = f"postgresql://muster@127.0.0.1:{self.port}{parts.path}?sslmode=disable"

    def set(self, mode: Mode) -> None:
        """Behave like this from now on."""
        before, self.mode = self.mode, mode
        if mode == "refuse":
            _end(self._listener)
        elif before == "refuse":
            self._listener = self._listen(self.port)
        if mode in ("reset", "refuse"):
            self.cut()

    def cut(self) -> None:
        """End every connection, without a goodbye."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _end(*pair)

    def close(self) -> None:
        _end(self._listener)
        self.cut()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if self.mode in ("reset", "refuse"):
                _end(client)
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._upstream)
            with self._lock:
                self._pairs.add((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=[source, sink, (client, server)], daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if self.mode == "slow":
                    time.sleep(self._delay)
                while self.mode == "deaf":
                    time.sleep(0.02)
                if self.mode == "lost_reply" and source is pair[0] and b"COMMIT" in piece:
                    self._muted.add(pair)
                elif pair in self._muted:
                    break
                sink.sendall(piece)
        with self._lock:
            self._pairs.discard(pair)
        _end(*pair)


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            end.close()
