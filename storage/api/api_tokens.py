"""The tokens of the API. Of each secret only the digest is stored, so that a copy of the database opens nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex, token_urlsafe
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlmodel import Field, SQLModel

from incident.model.api.api_token import PREFIX, ApiToken
from roles.person_ids import PersonId
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.tables import table_of, text, utc

# A use is stored at most once in this time, so that reading costs no write.
_USE_NOTED_EVERY: Final = timedelta(minutes=5)


class ApiTokenRow(SQLModel, table=True):
    """One token; the lists are JSON."""

    __tablename__: ClassVar[Any] = "api_token"

    team: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    digest: str
    name: str
    owner: str
    scopes: str = text()
    services: str = text()
    restricted: str = text()
    per_minute: int
    created_at: datetime = utc()
    created_by: str
    expires_at: datetime = utc()
    revoked_at: datetime | None = utc(nullable=True)
    last_used_at: datetime | None = utc(nullable=True)


API_TOKEN: Final = table_of(ApiTokenRow)
_LISTS: Final = ("scopes", "services", "restricted")


class ApiTokens:
    """The tokens of one team."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._store_team = team

    def create(self, asked: ApiToken) -> tuple[ApiToken, str]:
        """Store a token under a new id; return it, and the text that opens the API, which is shown this once."""
        token = asked.model_copy(update={"id": token_hex(5)})
        secret = token_urlsafe(32)
        row = {**token.model_dump(), **{name: json.dumps(getattr(token, name)) for name in _LISTS}}
        values = {**row, "team": require_team(self._store_team), "digest": _digest(secret)}
        self._transactions.write(lambda connection: connection.execute(insert(API_TOKEN), values).rowcount)
        return token, f"{PREFIX}{token.id}_{secret}"

    def find(self, presented: str, at: datetime) -> ApiToken | None:
        """Return the valid token with this text and note its use; None for any other."""
        name, _, secret = presented.removeprefix(PREFIX).partition("_")
        row = self._transactions.read(lambda connection: connection.execute(self._row(name)).one_or_none())
        # An unknown id takes as long as a wrong secret.
        is_right = compare_digest(row.digest if row else "", _digest(secret))
        token = _token(row) if row is not None and is_right and presented.startswith(PREFIX) else None
        if token is None or not token.is_valid(at):
            return None
        if token.last_used_at is None or at - token.last_used_at >= _USE_NOTED_EVERY:
            self._change(token.id, last_used_at=at)
        return token

    def get(self, name: str) -> ApiToken | None:
        """Return a token by its id, whatever its state."""
        row = self._transactions.read(lambda connection: connection.execute(self._row(name)).one_or_none())
        return None if row is None else _token(row)

    def all(self) -> tuple[ApiToken, ...]:
        """Return every token, the oldest first, those that are over too."""
        ours = select(API_TOKEN).where(API_TOKEN.c.team == require_team(self._store_team))
        rows = self._transactions.read(lambda connection: connection.execute(ours.order_by(API_TOKEN.c.created_at)))
        return tuple(_token(row) for row in rows)

    def revoke(self, name: str, at: datetime) -> bool:
        """End a token; False for one that does not exist or is revoked already."""
        found = self.get(name)
        return found is not None and found.revoked_at is None and self._change(name, revoked_at=at)

    def grant(self, name: str, restricted: Sequence[str]) -> bool:
        """Store which restricted incidents a token may see, in place of those before; False for an unknown one."""
        return self._change(name, restricted=json.dumps(list(restricted)))

    def _change(self, name: str, **values: Any) -> bool:
        change = update(API_TOKEN).where(*self._of(name)).values(**values)
        return self._transactions.write(lambda connection: connection.execute(change).rowcount > 0)

    def _row(self, name: str) -> Any:
        return select(API_TOKEN).where(*self._of(name))

    def _of(self, name: str) -> tuple[Any, Any]:
        return API_TOKEN.c.team == require_team(self._store_team), API_TOKEN.c.id == name


def erase(connection: Connection, team: str, person: PersonId) -> int:
    """Delete the tokens of a person, and return how many."""
    ours = (API_TOKEN.c.team == team) & (API_TOKEN.c.owner == person)
    return connection.execute(delete(API_TOKEN).where(ours)).rowcount


def _token(row: Row[Any]) -> ApiToken:
    stored = {name: value for name, value in row._mapping.items() if name not in ("team", "digest")}
    return ApiToken.model_validate({**stored, **{name: json.loads(stored[name]) for name in _LISTS}})


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
