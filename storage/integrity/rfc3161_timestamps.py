"""RFC 3161 timestamps of checkpoints: requests, parsing, verification and storage. Opens no connection.

The authority's whole response is stored, so that `openssl ts -verify` can check it too. Trust in the authority is decided
by the certificates given to `verify_timestamp`.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from incident.frozen import Frozen, Utc
from storage.database.transactions import Transactions
from storage.database.upsert import insert_for
from storage.errors import StorageError, require_team
from storage.integrity.der import sort_certificates
from storage.tables import table_of, text, utc

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

_GRANTED: Final = (0, 1)


class TimestampRow(SQLModel, table=True):
    """The response of one authority for one checkpoint; `token` is the response in base64."""

    __tablename__: ClassVar[Any] = "stamp"

    team: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    authority: str
    stamped_at: datetime = utc()
    token: str = text()


TIMESTAMP: Final = table_of(TimestampRow)


class InvalidTimestamp(StorageError):  # noqa: N818 - named after the condition
    """The response is not a timestamp of the requested statement."""


class Timestamp(Frozen):
    """One timestamp. `token` is the authority's response in base64; `stamped_at` is the time in it."""

    team: str
    seq: int
    authority: str
    stamped_at: Utc
    token: str

    @property
    def response(self) -> bytes:
        """The authority's response, as `openssl ts` reads it. Raises InvalidTimestamp when the token is no base64."""
        try:
            return b64decode(self.token, validate=True)
        except ValueError as error:
            raise InvalidTimestamp("its token is no base64") from error


class Timestamps:
    """The timestamps of one team's checkpoints."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def put(self, timestamp: Timestamp) -> None:
        """Store a timestamp of a checkpoint; one already stored stays."""
        row = timestamp.model_dump() | {"stamped_at": timestamp.stamped_at}
        self._transactions.write(
            lambda c: c.execute(insert_for(c.dialect.name)(TIMESTAMP).values(**row).on_conflict_do_nothing()).rowcount
        )

    def of(self, seq: int) -> Timestamp | None:
        """Return the timestamp of a checkpoint, None when it has none."""
        ours = (TIMESTAMP.c.team == require_team(self._team)) & (TIMESTAMP.c.seq == seq)
        row = self._transactions.read(lambda c: c.execute(select(TIMESTAMP).where(ours)).mappings().one_or_none())
        return None if row is None else Timestamp(**row)


def stored_timestamps(connection: Connection, team: str) -> tuple[Timestamp, ...]:
    """Return every timestamp of a team, oldest first."""
    rows = connection.execute(select(TIMESTAMP).where(TIMESTAMP.c.team == team).order_by(TIMESTAMP.c.seq))
    return tuple(Timestamp(**row) for row in rows.mappings())


def timestamp_request(statement: str) -> bytes:
    """Return the DER request for a timestamp of a statement; it asks for the authority's certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(statement.encode()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.cert_request(cert_request=True).nonce(nonce=True).build().as_bytes()


def parse_timestamp(team: str, seq: int, *, authority: str, statement: str, response: bytes) -> Timestamp:
    """Parse an authority's response; raise `InvalidTimestamp` unless it is a timestamp of the statement."""
    at = stamped_at(statement, response)
    return Timestamp(team=team, seq=seq, authority=authority, stamped_at=at, token=b64encode(response).decode("ascii"))


def stamped_at(statement: str, response: bytes) -> datetime:
    """Return the time in a response; raise `InvalidTimestamp` unless it covers the statement. Checks no signature."""
    try:
        parsed = _parse(response)
        granted, info = parsed.status in _GRANTED, parsed.tst_info if parsed.status in _GRANTED else None
    except ValueError as error:
        raise InvalidTimestamp(f"it cannot be parsed as a timestamp: {error}") from error
    if not granted or info is None:
        raise InvalidTimestamp(f"the authority refused: {'; '.join(parsed.status_string) or parsed.status}")
    if info.message_imprint.message != sha256(statement.encode()).digest():
        raise InvalidTimestamp("it is a timestamp of something else")
    return info.gen_time


def verify_timestamp(statement: str, response: bytes, roots: Sequence[Certificate]) -> None:
    """Verify a timestamp against trusted root certificates; raise `InvalidTimestamp` when it does not verify."""
    from rfc3161_client import VerificationError, VerifierBuilder

    stamped_at(statement, response)
    builder = VerifierBuilder(roots=list(roots))
    try:
        builder.build().verify(_parse(response), sha256(statement.encode()).digest())
    except VerificationError as error:
        raise InvalidTimestamp(f"it does not verify against the trusted certificates ({str(error)[:120]})") from error


def _parse(response: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    return decode_timestamp_response(sort_certificates(response))
