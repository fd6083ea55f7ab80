"""Bounds a call to the outside as a whole. Knows HTTP, TLS and sockets, and no one who is called.

A time-out of Python's sockets bounds each read: a server that sends a byte now and then holds its caller for as long as
it likes, and a job for longer than its lease. The deadline is one of the connection: every step on it, from connecting to the last byte, has what is left.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from math import inf
from threading import BoundedSemaphore, Thread
from typing import Any, Final, TypeAlias, TypeVar
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

T = TypeVar("T")
Allowed: TypeAlias = Callable[[str], bool]
Bounds: TypeAlias = tuple[float, float, Allowed | None]

_LATE: Final = "the call takes too long"
_LEFT_BEHIND: Final = BoundedSemaphore(16)


class _Bounded:
    """What ends with a connection: `until`, by the monotonic clock; `pause` is the longest wait for one operation."""

    until: float = 0.0
    pause: float = inf

    def limit(self: Any) -> None:
        """Set the time-out of the next operation to the time that is left; raise TimeoutError when there is none."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError(_LATE)
        self.settimeout(min(seconds, self.pause))


class PlainSocket(_Bounded, socket.socket):
    """A socket whose every operation ends in time."""

    def connect(self, address: Any) -> None:
        """Connect."""
        self.limit()
        super().connect(address)

    def recv_into(self, *given: Any, **named: Any) -> int:
        """Receive."""
        self.limit()
        return super().recv_into(*given, **named)

    def sendall(self, *given: Any) -> None:
        """Send."""
        self.limit()
        super().sendall(*given)


class _TlsSocket(_Bounded, ssl.SSLSocket):
    """A socket with TLS whose every operation ends in time."""

    def do_handshake(self, block: bool = False) -> None:
        """Agree on a key."""
        self.limit()
        super().do_handshake(block)

    def read(self, *given: Any, **named: Any) -> Any:
        """Receive."""
        self.limit()
        return super().read(*given, **named)

    def send(self, *given: Any, **named: Any) -> int:
        """Send."""
        self.limit()
        return super().send(*given, **named)


@dataclass(frozen=True)
class BoundedTls:
    """TLS by a context for one connection, which bounds that connection as it was bounded before.

    The context itself stays as it is: the connection that Slack sends events on has no end.
    """

    context: ssl.SSLContext

    def wrap_socket(self, plain: PlainSocket, *, server_hostname: str | None = None) -> ssl.SSLSocket:
        """Speak TLS over a socket."""
        until, pause = plain.until, plain.pause
        # What SSLContext.wrap_socket does with the class that is set on the context for all connections.
        wrapped: _TlsSocket = _TlsSocket._create(  # type: ignore[attr-defined]
            sock=plain, context=self.context, server_hostname=server_hostname, do_handshake_on_connect=False
        )
        wrapped.until, wrapped.pause = until, pause
        try:
            wrapped.do_handshake()
        except OSError:
            wrapped.close()
            raise
        return wrapped


class AddressForbidden(OSError):  # noqa: N818 - named for what was wrong
    """A host has no address that the caller may connect to."""


def connect_until(
    until: float, address: tuple[str, int], pause: float = inf, allowed: Allowed | None = None
) -> PlainSocket:
    """Connect to the first address of a host that answers; the connection ends at `until`, by the monotonic clock.

    With `allowed` only to one that it allows; the others are left out.

    Each address gets its share of the time that is left, or one that never answers would take all of it.
    Raises OSError. Looking the name up takes as long as the system's resolver allows.
    """
    failed: OSError = TimeoutError(_LATE)
    found = socket.getaddrinfo(*address, 0, socket.SOCK_STREAM)
    places = [one for one in found if allowed is None or allowed(str(one[4][0]))]
    if not places:
        raise AddressForbidden("no address of the host is allowed")
    for left, (family, kind, protocol, _, place) in zip(range(len(places), 0, -1), places, strict=True):
        opened = PlainSocket(family, kind, protocol)
        opened.until, opened.pause = until, min(pause, max(until - time.monotonic(), 0) / left)
        try:
            opened.connect(place)
        except OSError as error:
            opened.close()
            failed = error
        else:
            opened.pause = pause
            return opened
    raise failed


class _NoRedirect(HTTPRedirectHandler):
    """Follows no redirect: the request carries credentials that are for one host."""

    def redirect_request(self, *_: Any) -> None:
        """Return no further request."""


class _WebRedirect(HTTPRedirectHandler):
    """Follows a redirect to a web address only: urllib would follow one to FTP, whose connections have no deadline."""

    def redirect_request(self, request: Request, *given: Any) -> Request | None:
        """Return the further request."""
        further = super().redirect_request(request, *given)
        return further if further is not None and further.type in ("http", "https") else None


def open_within(
    seconds: float,
    request: Request,
    *,
    redirects: bool = True,
    tls: ssl.SSLContext | None = None,
    proxy: str | None = None,
    pause: float = inf,
    allowed: Allowed | None = None,
) -> Any:
    """Open a web address; all of it, redirects and the reading of the reply too, ends after that many seconds.

    Raises what urllib raises. Without `proxy` the environment's counts; an empty one is none. `pause` is the longest
    wait for one part, in seconds. With `allowed` only addresses that it allows are connected to.
    """
    until = time.monotonic() + seconds
    handlers: list[Any] = [_Http(until, pause, allowed), _Https(tls, until, pause, allowed)]
    handlers.append(_WebRedirect() if redirects else _NoRedirect())
    if proxy is not None:
        handlers.append(ProxyHandler({"http": proxy, "https": proxy} if proxy else {}))
    return build_opener(*handlers).open(request, timeout=seconds)


def run_within(seconds: float, work: Callable[[], T]) -> T:
    """Run what makes connections of its own, and wait for it no longer than that many seconds.

    Raises TimeoutError when it is not done by then, and at once while too many earlier ones are not: they run on, on
    threads that nothing can end.
    """
    if not _LEFT_BEHIND.acquire(blocking=False):
        raise TimeoutError(_LATE)
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where the result is read
            done.set_exception(error)
        finally:
            _LEFT_BEHIND.release()

    Thread(target=run, name="bounded-call", daemon=True).start()
    return done.result(seconds)


@cache
def trusted_tls() -> ssl.SSLContext:
    """Return what trusts the machine's certificates; reading all of them for each call would take 20 ms."""
    return ssl.create_default_context()


class _HttpConnection(HTTPConnection):
    bounds: Bounds

    def connect(self) -> None:
        self._create_connection = _connector(*self.bounds)
        super().connect()


class _HttpsConnection(HTTPSConnection):
    bounds: Bounds
    _context: Any

    def connect(self) -> None:
        self._context = BoundedTls(self._context)
        self._create_connection = _connector(*self.bounds)
        super().connect()


def _connector(until: float, pause: float, allowed: Allowed | None) -> Any:
    return lambda address, *_: connect_until(until, address, pause, allowed)


def _bounded(kind: Any, *bounds: Any) -> Any:
    def make(host: str, **given: Any) -> Any:
        connection = kind(host, **given)
        connection.bounds = bounds
        return connection

    return make


class _Http(HTTPHandler):
    def __init__(self, *bounds: Any) -> None:
        super().__init__()
        self._bounds = bounds

    def http_open(self, request: Request) -> HTTPResponse:
        """Open an address."""
        return self.do_open(_bounded(_HttpConnection, *self._bounds), request)


class _Https(HTTPSHandler):
    def __init__(self, tls: ssl.SSLContext | None, *bounds: Any) -> None:
        super().__init__()
        self._bounds, self._tls = bounds, tls

    def https_open(self, request: Request) -> HTTPResponse:
        """Open an address."""
        return self.do_open(_bounded(_HttpsConnection, *self._bounds), request, context=self._tls or trusted_tls())
