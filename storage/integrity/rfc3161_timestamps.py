"""RFC 3161 time stamps of checkpoints: what an authority outside says it had before it, and when. Calls nobody.

A stamp is the authority's whole answer, so that `openssl ts -verify` can check it too. Whether the authority is to be
believed is for whoever has its certificate.
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
from storage.integrity.der import in_order
from storage.tables import table_of, text, utc

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

_GRANTED: Final = (0, 1)


class TimestampRow(SQLModel, table=True):
    """What one authority answered for one checkpoint; `token` is its answer in base64."""

    __tablename__: ClassVar[Any] = "stamp"

    team: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    authority: str
    stamped_at: datetime = utc()
    token: str = text()


TIMESTAMP: Final = table_of(TimestampRow)


class InvalidTimestamp(StorageError):  # noqa: N818 - named for what was wrong
    """What an authority answered is no time stamp of what it was asked for."""


class Timestamp(Frozen):
    """One time stamp. `token` is the answer of the authority in base64; `stamped_at` is what it says."""

    team: str
    seq: int
    authority: str
    stamped_at: Utc
    token: str

    @property
    def answer(self) -> bytes:
        """The authority's answer, as `openssl ts` takes it."""
        return b64decode(self.token)


class Timestamps:
    """The time stamps of one team's checkpoints."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def put(self, stamp: Timestamp) -> None:
        """Keep a stamp beside its checkpoint; the first one stays."""
        row = stamp.model_dump() | {"stamped_at": stamp.stamped_at}
        self._transactions.write(
            lambda c: c.execute(insert_for(c.dialect.name)(TIMESTAMP).values(**row).on_conflict_do_nothing()).rowcount
        )

    def of(self, seq: int) -> Timestamp | None:
        """Give the stamp of a checkpoint, None when it has none."""
        mine = (TIMESTAMP.c.team == require_team(self._team)) & (TIMESTAMP.c.seq == seq)
        row = self._transactions.read(lambda c: c.execute(select(TIMESTAMP).where(mine)).mappings().one_or_none())
        return None if row is None else Timestamp(**row)


def kept(connection: Connection, team: str) -> tuple[Timestamp, ...]:
    """Give every stamp of a team, oldest first."""
    rows = connection.execute(select(TIMESTAMP).where(TIMESTAMP.c.team == team).order_by(TIMESTAMP.c.seq))
    return tuple(Timestamp(**row) for row in rows.mappings())


def request_for(statement: str) -> bytes:
    """Write the request that asks for a stamp of a statement, with the authority's certificate in the answer."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(statement.encode()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.cert_request(cert_request=True).nonce(nonce=True).build().as_bytes()


def read_stamp(team: str, seq: int, *, authority: str, statement: str, answer: bytes) -> Timestamp:
    """Read an authority's answer, or raise BadStamp when it is no stamp of the statement."""
    at = stamped_at(statement, answer)
    return Timestamp(team=team, seq=seq, authority=authority, stamped_at=at, token=b64encode(answer).decode("ascii"))


def stamped_at(statement: str, answer: bytes) -> datetime:
    """Tell when an answer says that it saw the statement, or raise BadStamp. Believes whoever signed it."""
    try:
        response = _read(answer)
        granted, info = response.status in _GRANTED, response.tst_info if response.status in _GRANTED else None
    except ValueError as error:
        raise InvalidTimestamp(f"it cannot be read as a time stamp: {error}") from error
    if not granted or info is None:
        raise InvalidTimestamp(f"the authority refused: {'; '.join(response.status_string) or response.status}")
    if info.message_imprint.message != sha256(statement.encode()).digest():
        raise InvalidTimestamp("it is a time stamp of something else")
    return info.gen_time


def check_stamp(statement: str, answer: bytes, roots: Sequence[Certificate]) -> None:
    """Check a stamp down to a certificate that is trusted, or raise BadStamp."""
    from rfc3161_client import VerificationError, VerifierBuilder

    stamped_at(statement, answer)
    builder = VerifierBuilder(roots=list(roots))
    try:
        builder.build().verify(_read(answer), sha256(statement.encode()).digest())
    except VerificationError as error:
        raise InvalidTimestamp(f"it does not lead to the certificates that are trusted ({str(error)[:120]})") from error


def _read(answer: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    return decode_timestamp_response(in_order(answer))
