"""Asks an RFC 3161 time-stamp authority over HTTP. Knows how it can fail; what an answer is worth is storage's to check."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from storage.integrity.checkpoints import Checkpoint
from storage.integrity.rfc3161_timestamps import InvalidTimestamp, Timestamp, check_stamp, read_stamp, request_for
from storage.store import Store

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_log = logging.getLogger(__name__)
_SECONDS: Final = 10
_MOST_BYTES: Final = 256 * 1024
_BUSY: Final = (408, 429)


class TimestampUnavailable(Exception):  # noqa: N818 - it is an answer: try again later
    """The authority could not be reached, or is busy."""


@dataclass(frozen=True)
class Authority:
    """Who stamps, and the certificates its stamps must lead to; without certificates anybody's stamp is taken."""

    url: str
    roots: tuple[Certificate, ...] = ()


def authority_of(url: str | None, certificates: Path | None) -> Authority | None:
    """Give the authority that the settings name, None where they name none."""
    return None if url is None else Authority(url, certificates_in(certificates))


def certificates_in(file: Path | None) -> tuple[Certificate, ...]:
    """Read the certificates of an authority; none where no file is named."""
    if file is None:
        return ()
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(file.read_bytes()))
    except ValueError as error:
        raise InvalidTimestamp(f"{file} holds no certificate in PEM") from error


def ask(authority: Authority, checkpoint: Checkpoint) -> Timestamp:
    """Have a checkpoint stamped; raise NoAnswer when that is for later, BadStamp when what came is no stamp of it."""
    statement, url = checkpoint.statement, authority.url
    answer = _post(url, request_for(statement))
    if authority.roots:
        check_stamp(statement, answer, authority.roots)
    return read_stamp(checkpoint.team, checkpoint.seq, authority=url, statement=statement, answer=answer)


def _post(url: str, question: bytes) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise InvalidTimestamp(f"{url} is no web address")
    request = Request(url, data=question, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 - settings
    try:
        with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - settings allow http and https only
            answer: bytes = response.read(_MOST_BYTES)
    except HTTPError as error:
        if error.code >= 500 or error.code in _BUSY:
            raise TimestampUnavailable(f"{url} answers {error.code}") from error
        raise InvalidTimestamp(f"{url} answers {error.code}") from error
    except (OSError, HTTPException) as trouble:
        raise TimestampUnavailable(f"{url}: {trouble}") from trouble
    return answer


def stamp_now(store: Store, authority: Authority, checkpoint: Checkpoint) -> None:
    """Have a checkpoint stamped at once and keep the stamp; without an answer there is none."""
    if store.timestamps.of(checkpoint.seq) is None:
        try:
            store.timestamps.put(ask(authority, checkpoint))
        except TimestampUnavailable as none:
            _log.warning("no time stamp: %s", none)
