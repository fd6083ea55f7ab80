"""Turns stored rows into entries. Knows the stored text; how old versions are read is the core's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection, Row, Select, bindparam, select

from incident.entry import Entry, IncidentKey, Source
from incident.record import upcast
from roles.person_ids import PersonId
from storage.database.sqlite import by_index
from storage.tables import BODY, ENTRY


class StoredEntryRow(NamedTuple):
    """One entry as it lies in the database, with its words and salt while they are there."""

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


def select_stored() -> Select[Any]:
    """Select entries with their words, in the order of their chain."""
    same = (BODY.c.team == ENTRY.c.team) & (BODY.c.incident == ENTRY.c.incident) & (BODY.c.n == ENTRY.c.n)
    return (
        select(ENTRY, BODY.c.salt, BODY.c.words)
        .select_from(ENTRY.outerjoin(BODY, same))
        .order_by(ENTRY.c.team, ENTRY.c.incident, ENTRY.c.n)
    )


def stored(row: Row[Any]) -> StoredEntryRow:
    """Take a row of `select_stored` apart."""
    return StoredEntryRow(IncidentKey(row.team, row.incident), *tuple(row)[2:])


def to_entry(line: StoredEntryRow) -> Entry:
    """Read an entry from its hashed text; the columns beside it are never believed."""
    header: dict[str, Any] = json.loads(line.text)
    redacted = header["words"] is not None and line.words is None
    words: dict[str, JsonValue] | None = None if redacted else json.loads(line.words or "{}")
    return Entry(
        key=IncidentKey(header["team"], header["incident"]),
        n=header["n"],
        by=PersonId(header["by"]),
        occurred_at=header["occurred_at"],
        recorded_at=header["recorded_at"],
        source=Source.model_validate(header["source"]),
        fact=upcast.read(upcast.StoredEntry(header["kind"], header["version"], header["facts"], words)),
        redacted=redacted,
    )


def chain_lines(
    connection: Connection,
    key: IncidentKey,
    *,
    kinds: Sequence[str] = (),
    after: int = 0,
    until: int | None = None,
) -> Iterable[StoredEntryRow]:
    """Give the stored entries of one chain in order, of all kinds or of some."""
    given: dict[str, Any] = {"until": until, "kinds": list(kinds) or None}
    given = {name: value for name, value in given.items() if value is not None}
    place = {"of_team": key.team, "of_incident": key.id, "after": after}
    return (stored(row) for row in connection.execute(_lines(*given), place | given))


@cache
def _lines(*names: str) -> Select[Any]:
    """Build each form of the question once; building it costs more than asking it."""
    narrowed = {"until": ENTRY.c.n <= bindparam("until"), "kinds": ENTRY.c.kind.in_(bindparam("kinds", expanding=True))}
    ours = (ENTRY.c.team == bindparam("of_team")) & (ENTRY.c.incident == bindparam("of_incident"))
    lines = select_stored().where(ours, ENTRY.c.n > bindparam("after"), *(narrowed[name] for name in names))
    return lines.with_hint(ENTRY, *by_index("ix_entry_kind")) if "kinds" in names else lines
