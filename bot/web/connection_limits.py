"""Connection limits of the HTTP server: connections in all and per address, and the time in which a request arrives.

A connection above a limit is closed at once, so the port never takes the file descriptors that Slack and the database
need. A request of which a part is missing after `ARRIVAL_SECONDS` is cut off. The log has one line a minute at most. Knows no route.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import get_remote_addr

MOST_CONNECTIONS: Final = 800
ARRIVAL_SECONDS: Final = 5.0
# Connections that are accepted before one of them is counted.
BACKLOG: Final = 64
_LOG_SECONDS: Final = 60.0
_ARRIVED: Final = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)
_log = logging.getLogger(__name__)


@dataclass
class ConnectionLimits:
    """The limits of one server. One address gets half of all connections, so that it cannot keep out the others."""

    most: int = MOST_CONNECTIONS
    arrival_seconds: float = ARRIVAL_SECONDS
    _refused: int = 0
    _logged_at: float = field(default=float("-inf"))

    @classmethod
    def of_process(cls) -> ConnectionLimits:
        """Return the limits that leave three quarters of the process' file descriptors to everything else."""
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls(
            MOST_CONNECTIONS if descriptors == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, descriptors // 4)
        )

    @property
    def most_of_one_address(self) -> int:
        """The limit of one address; behind a proxy all its clients share one."""
        return max(1, self.most // 2)

    def log_refusal(self, address: str) -> None:
        """Log that connections were refused, once a minute with their number."""
        self._refused += 1
        now = time.monotonic()
        if now - self._logged_at >= _LOG_SECONDS:
            _log.warning("%d connections were refused: too many are open, the last from %s", self._refused, address)
            self._refused, self._logged_at = 0, now


class LimitedConnection(H11Protocol):
    """One connection of a client, bound by the limits of its server."""

    limits: ClassVar[ConnectionLimits]
    _is_refused = False
    _cut_off: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or close it when its address or all together have too many."""
        address = (get_remote_addr(transport) or ("", 0))[0]
        of_address = sum((getattr(one, "client", None) or ("",))[0] == address for one in self.connections)
        if len(self.connections) >= self.limits.most or of_address >= self.limits.most_of_one_address:
            self._is_refused = True
            self.limits.log_refusal(address)
            transport.abort()
            return
        super().connection_made(transport)
        self._limit_arrival()

    def data_received(self, data: bytes) -> None:
        """Read data; the time of a request runs from its first byte until it is complete."""
        if self._is_refused:
            return
        super().data_received(data)
        self._limit_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        if not self._is_refused:
            super().connection_lost(exc)

    def _limit_arrival(self) -> None:
        if self.conn.their_state in _ARRIVED or self.transport.is_closing():
            self._stop_timer()
        elif self._cut_off is None:
            self._cut_off = self.loop.call_later(self.limits.arrival_seconds, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None


def limited_protocol(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol, bound by limits."""
    return type("BoundConnection", (LimitedConnection,), {"limits": limits})
