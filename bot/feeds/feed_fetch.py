"""Fetches a feed from the web. No error, log line or stored word holds its address, which is a secret."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

from bot.call_deadline import open_within
from bot.feeds.feed_problem import Fault, FeedProblem

TIMEOUT_SECONDS: Final = 20.0
_MOST_BYTES: Final = 5 * 1024 * 1024
_SCHEMES: Final = {"webcal": "https", "https": "https", "http": "http"}


def fetch(url: str, headers: Mapping[str, str] | None = None, *, timeout: float = TIMEOUT_SECONDS) -> bytes:
    """Return what is at an address. With `headers`, which hold a credential, no redirect is followed.

    `timeout` is in seconds, for all of it. Raises FeedProblem.
    """
    scheme = _SCHEMES.get(urlsplit(url).scheme)
    if scheme is None:
        raise FeedProblem(Fault.NO_ADDRESS)
    address = f"{scheme}:{url.partition(':')[2]}"
    try:
        request = Request(address, headers={"User-Agent": "Muster", **(headers or {})})  # noqa: S310 - a web address
        with open_within(timeout, request, redirects=not headers) as response:
            body: bytes = response.read(_MOST_BYTES + 1)
    except HTTPError as error:
        error.close()
        fault = Fault.UNREACHABLE if error.code >= 500 or error.code == 429 else Fault.REFUSED
        raise FeedProblem(fault, error.code) from None
    except (OSError, HTTPException):
        raise FeedProblem(Fault.UNREACHABLE) from None
    except ValueError:
        raise FeedProblem(Fault.NO_ADDRESS) from None
    if len(body) > _MOST_BYTES:
        raise FeedProblem(Fault.TOO_LARGE)
    return body
