"""Downloads a file from Slack, in pieces. The token goes to Slack alone: to no other host, and along no redirect."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient

from bot.call_deadline import open_within

_SLACK: Final = "slack.com"
_PIECE: Final = 1024 * 1024
_GONE: Final = frozenset({404, 410})
_WHOLE_SECONDS: Final = 600.0
_TOO_MANY: Final = 429


class DownloadRefused(Exception):  # noqa: N818 - named after the condition
    """Slack gives the file to no one any more (`deleted`), or not to us (`no_scope`, `no_access`)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class DownloadLater(Exception):  # noqa: N818 - it is no error: the file can be fetched later
    """Slack is busy or did not answer; the download may be tried again."""


def download(client: WebClient, address: str, *, mimetype: str, timeout: float) -> Iterator[bytes]:
    """Yield the bytes at a file's address in pieces of 1 MiB. Raises DownloadRefused, DownloadLater.

    `timeout` is for each part, in seconds; all of it takes ten minutes at most.
    """
    host, own = urlsplit(address), urlsplit(client.base_url)
    is_own = (host.scheme, host.netloc) == (own.scheme, own.netloc)
    is_slack = host.scheme == "https" and (host.hostname or "").endswith(f".{_SLACK}")
    if not is_own and not is_slack:
        raise DownloadRefused("external")
    proxy = "" if is_own and client.proxy is None else None
    request = Request(address, headers={"Authorization": f"Bearer {client.token}"})  # noqa: S310 - checked above
    try:
        # Without the scope Slack redirects to its sign-in page.
        with open_within(_WHOLE_SECONDS, request, redirects=False, proxy=proxy, pause=timeout) as response:
            kind = response.headers.get_content_type()
            if kind == "text/html" and mimetype != kind:
                raise DownloadRefused("no_scope")
            while piece := response.read(_PIECE):
                yield piece
    except HTTPError as error:
        raise _refusal(error.code) from None
    except (URLError, HTTPException, OSError) as lost:
        raise DownloadLater(type(lost).__name__) from None


def _refusal(status: int) -> Exception:
    if status in _GONE:
        return DownloadRefused("deleted")
    if 300 <= status < 400:
        return DownloadRefused("no_scope")
    return DownloadLater(str(status)) if status >= 500 or status == _TOO_MANY else DownloadRefused("no_access")
