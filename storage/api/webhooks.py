"""The webhooks of a team: their addresses, their secrets, and how deliveries go. No part of the record."""

from __future__ import annotations

import json
from datetime import datetime
from secrets import token_hex
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlmodel import Field, SQLModel

from incident.model.api.webhook import GIVEN_UP_AFTER, Webhook, WebhookChoice
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.tables import table_of, text, utc


class WebhookRow(SQLModel, table=True):
    """One webhook; the lists are JSON."""

    __tablename__: ClassVar[Any] = "webhook"

    team: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    url: str = text()
    secret: str
    signature: str
    kinds: str = text()
    services: str = text()
    restricted: str = text()
    created_at: datetime = utc()
    created_by: str
    disabled_at: datetime | None = utc(nullable=True)
    failing_since: datetime | None = utc(nullable=True)
    retry_at: datetime | None = utc(nullable=True)
    problem: str


WEBHOOK: Final = table_of(WebhookRow)
_LISTS: Final = ("kinds", "services", "restricted")
_CHOICE: Final = tuple(WEBHOOK.c[name] for name in ("id", *_LISTS))


def chosen(connection: Connection, team: str) -> tuple[WebhookChoice, ...]:
    """Return what the webhooks of a team learn, those that are switched off included: their messages wait as dead letters."""
    rows = connection.execute(select(*_CHOICE).where(WEBHOOK.c.team == team).order_by(WEBHOOK.c.id))
    return tuple(WebhookChoice(id=row.id, **{name: json.loads(getattr(row, name)) for name in _LISTS}) for row in rows)


class Webhooks:
    """The webhooks of one team."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._store_team = team

    def add(self, asked: Webhook) -> Webhook:
        """Store a webhook under a new id, and return it."""
        added = asked.model_copy(update={"id": token_hex(4)})
        row = {**added.model_dump(), **{name: json.dumps(getattr(added, name)) for name in _LISTS}}
        values = {**row, "team": require_team(self._store_team)}
        self._transactions.write(lambda connection: connection.execute(insert(WEBHOOK), values).rowcount)
        return added

    def all(self) -> tuple[Webhook, ...]:
        """Return every webhook, the oldest first."""
        ours = select(WEBHOOK).where(WEBHOOK.c.team == require_team(self._store_team)).order_by(WEBHOOK.c.created_at)
        return tuple(
            _webhook(row) for row in self._transactions.read(lambda connection: connection.execute(ours).all())
        )

    def get(self, name: str) -> Webhook | None:
        """Return a webhook by its id, or None."""
        query = select(WEBHOOK).where(*self._of(name))
        row = self._transactions.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _webhook(row)

    def remove(self, name: str) -> bool:
        """Delete a webhook with its secret; False for an unknown one."""
        gone = delete(WEBHOOK).where(*self._of(name))
        return self._transactions.write(lambda connection: connection.execute(gone).rowcount > 0)

    def grant(self, name: str, restricted: tuple[str, ...]) -> bool:
        """Store of which restricted incidents a webhook may learn, in place of those before."""
        return self._change(name, restricted=json.dumps(restricted))

    def report_success(self, name: str) -> bool:
        """Store that an address takes messages, also to switch it on again."""
        return self._change(name, disabled_at=None, failing_since=None, retry_at=None, problem="")

    def report_failure(self, found: Webhook, problem: str, at: datetime, *, retry_at: datetime, is_gone: bool) -> bool:
        """Store why an address took nothing, and when it may be tried again; one that fails for days is switched off."""
        since = found.failing_since or at
        is_over = is_gone or at - since >= GIVEN_UP_AFTER
        disabled_at = at if is_over else None
        return self._change(found.id, failing_since=since, retry_at=retry_at, problem=problem, disabled_at=disabled_at)

    def _change(self, name: str, **values: Any) -> bool:
        change = update(WEBHOOK).where(*self._of(name)).values(**values)
        return self._transactions.write(lambda connection: connection.execute(change).rowcount > 0)

    def _of(self, name: str) -> tuple[Any, Any]:
        return WEBHOOK.c.team == require_team(self._store_team), WEBHOOK.c.id == name


def _webhook(row: Row[Any]) -> Webhook:
    stored = {name: value for name, value in row._mapping.items() if name != "team"}
    return Webhook.model_validate({**stored, **{name: json.loads(stored[name]) for name in _LISTS}})
