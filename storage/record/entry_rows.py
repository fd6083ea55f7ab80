"""Rows of entries, and their conversion to entries. Knows the stored text; `incident.record.upcast` reads old versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection, Row, Select, bindparam, select

from incident.entry import Entry, IncidentKey, Source
from incident.record import upcast
from organisation.entries import ALL
from roles.person_ids import PersonId
from storage.database.sqlite import by_index
from storage.tables import BODY, ENTRY


class StoredEntryRow(NamedTuple):
    """One stored entry, with its redactable text (`words`) and salt until they are redacted."""

    key: IncidentKey
    n: int
    kind: str
    recorded_at: str
    channel: str | None
    ts: str | None
    text: str
    prev: str
    hash: str
    salt: str | None
    words: str | None


def select_rows() -> Select[Any]:
    """Select entries with their redactable text, in the order of their chain."""
    same = (BODY.c.team == ENTRY.c.team) & (BODY.c.incident == ENTRY.c.incident) & (BODY.c.n == ENTRY.c.n)
    return (
        select(ENTRY, BODY.c.salt, BODY.c.words)
        .select_from(ENTRY.outerjoin(BODY, same))
        .order_by(ENTRY.c.team, ENTRY.c.incident, ENTRY.c.n)
    )


def to_row(row: Row[Any]) -> StoredEntryRow:
    """Convert a result row of `select_rows`."""
    return StoredEntryRow(IncidentKey(row.team, row.incident), *tuple(row)[2:])


def to_entry(row: StoredEntryRow, header: dict[str, Any] | None = None) -> Entry:
    """Parse an entry from its hashed text, or from what was parsed of it; the lookup columns are never trusted."""
    header = header or json.loads(row.text)
    redacted = header["words"] is not None and row.words is None
    words: dict[str, JsonValue] | None = None if redacted else json.loads(row.words or "{}")
    return Entry(
        key=IncidentKey(header["team"], header["incident"]),
        n=header["n"],
        by=PersonId(header["by"]),
        occurred_at=header["occurred_at"],
        recorded_at=header["recorded_at"],
        source=Source.model_validate(header["source"]),
        fact=upcast.read(upcast.StoredEntry(header["kind"], header["version"], header["facts"], words), kinds=ALL),
        redacted=redacted,
    )


def rows_of_chain(
    connection: Connection,
    key: IncidentKey,
    *,
    kinds: Sequence[str] = (),
    after: int = 0,
    until: int | None = None,
) -> Iterable[StoredEntryRow]:
    """Return the rows of one chain in order: all kinds or some, numbers after `after` and up to `until`."""
    filters: dict[str, Any] = {"until": until, "kinds": list(kinds) or None}
    filters = {name: value for name, value in filters.items() if value is not None}
    chain = {"of_team": key.team, "of_incident": key.id, "after": after}
    return (to_row(row) for row in connection.execute(_query(*filters), chain | filters).all())


@cache
def _query(*names: str) -> Select[Any]:
    """Build the query once per set of filters; building it costs more than running it."""
    conditions = {
        "until": ENTRY.c.n <= bindparam("until"),
        "kinds": ENTRY.c.kind.in_(bindparam("kinds", expanding=True)),
    }
    ours = (ENTRY.c.team == bindparam("of_team")) & (ENTRY.c.incident == bindparam("of_incident"))
    query = select_rows().where(ours, ENTRY.c.n > bindparam("after"), *(conditions[name] for name in names))
    return query.with_hint(ENTRY, *by_index("ix_entry_kind")) if "kinds" in names else query
