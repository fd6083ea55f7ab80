"""Client of an RFC 3161 time-stamp authority. Knows HTTP and its failures; storage checks the time stamps."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError
from urllib.request import Request

from bot.call_deadline import open_within
from storage.integrity.checkpoints import Checkpoint, Proof
from storage.integrity.rfc3161_timestamps import (
    InvalidTimestamp,
    Timestamp,
    parse_timestamp,
    timestamp_request,
    verify_timestamp,
)
from storage.store import Store

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_log = logging.getLogger(__name__)
_TIMEOUT_SECONDS: Final = 10
_MAX_BYTES: Final = 256 * 1024
_BUSY: Final = (408, 429)


class TimestampUnavailable(Exception):  # noqa: N818 - it is an answer: try again later
    """The authority cannot be reached, or is busy."""


@dataclass(frozen=True)
class Authority:
    """An authority's address, and its certificates; without certificates the signer of a time stamp is not checked."""

    url: str
    roots: tuple[Certificate, ...] = ()


def authority_of(url: str | None, certificates: Path | None) -> Authority | None:
    """Return the authority of the settings, None when they name none."""
    return None if url is None else Authority(url, certificates_in(certificates))


def certificates_in(file: Path | None) -> tuple[Certificate, ...]:
    """Read certificates in PEM. Raise InvalidTimestamp for a file that holds none."""
    if file is None:
        return ()
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(file.read_bytes()))
    except ValueError as error:
        raise InvalidTimestamp(f"{file} holds no certificate in PEM") from error


def request_timestamp(authority: Authority, checkpoint: Checkpoint | Proof) -> Timestamp:
    """Have a checkpoint time-stamped. Raise TimestampUnavailable to try again later, InvalidTimestamp for a wrong reply."""
    statement, url = checkpoint.statement, authority.url
    reply = _post(url, timestamp_request(statement))
    if authority.roots:
        verify_timestamp(statement, reply, authority.roots)
    return parse_timestamp(checkpoint.team, checkpoint.seq, authority=url, statement=statement, response=reply)


def _post(url: str, query: bytes) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise InvalidTimestamp(f"{url} is no web address")
    request = Request(url, data=query, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 - settings
    try:
        with open_within(_TIMEOUT_SECONDS, request) as response:
            reply: bytes = response.read(_MAX_BYTES)
    except HTTPError as error:
        if error.code >= 500 or error.code in _BUSY:
            raise TimestampUnavailable(f"{url} answers {error.code}") from error
        raise InvalidTimestamp(f"{url} answers {error.code}") from error
    except (OSError, HTTPException) as error:
        raise TimestampUnavailable(f"{url}: {error}") from error
    except ValueError as error:
        raise InvalidTimestamp(f"{url} is no web address") from error
    return reply


def stamp_now(store: Store, authority: Authority, checkpoint: Checkpoint | Proof) -> None:
    """Have a checkpoint time-stamped now and store the result; without a usable reply, log why and leave it unstamped."""
    if store.timestamps.of(checkpoint.seq) is None:
        try:
            store.timestamps.put(request_timestamp(authority, checkpoint))
        except (TimestampUnavailable, InvalidTimestamp) as missing:
            _log.warning("no time stamp: %s", missing)
