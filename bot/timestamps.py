"""Asks an RFC 3161 time-stamp authority over HTTP. Knows how it can fail; what an answer is worth is storage's to check."""

from __future__ import annotations

import logging
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from storage.checkpoints import Checkpoint
from storage.stamps import BadStamp, Stamp, read_stamp, request_for
from storage.store import Store

_log = logging.getLogger(__name__)
_SECONDS: Final = 10
_MOST_BYTES: Final = 256 * 1024
_BUSY: Final = (408, 429)


class NoAnswer(Exception):  # noqa: N818 - it is an answer: try again later
    """The authority could not be reached, or is busy."""


def ask(url: str, checkpoint: Checkpoint) -> Stamp:
    """Have a checkpoint stamped; raise NoAnswer when that is for later, BadStamp when what came is no stamp of it."""
    answer = _post(url, request_for(checkpoint.statement))
    return read_stamp(checkpoint.team, checkpoint.seq, authority=url, statement=checkpoint.statement, answer=answer)


def _post(url: str, question: bytes) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise BadStamp(f"{url} is no web address")
    request = Request(url, data=question, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 - settings
    try:
        with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - settings allow http and https only
            answer: bytes = response.read(_MOST_BYTES)
    except HTTPError as error:
        if error.code >= 500 or error.code in _BUSY:
            raise NoAnswer(f"{url} answers {error.code}") from error
        raise BadStamp(f"{url} answers {error.code}") from error
    except (OSError, HTTPException) as trouble:
        raise NoAnswer(f"{url}: {trouble}") from trouble
    return answer


def stamp_now(store: Store, url: str, checkpoint: Checkpoint) -> None:
    """Have a checkpoint stamped at once and keep the stamp; without an answer there is none."""
    if store.stamps.of(checkpoint.seq) is None:
        try:
            store.stamps.put(ask(url, checkpoint))
        except NoAnswer as none:
            _log.warning("no time stamp: %s", none)
