"""Appends to a chain: locks it, numbers and hashes the entries. The only code that inserts entries and their text."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, case, insert, select, update

from incident.entries.integrity import Retired
from incident.entry import Entry, Fact, IncidentKey, NewEntry, split
from incident.frozen import utc_text
from incident.record.hash_chain import GENESIS, canonical, digest, entry_text, heading, text_digest
from incident.record.message_history import place_of
from storage.database.upsert import insert_for
from storage.tables import BODY, CHAIN, ENTRY

EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

# Built once: these run for every captured message, and building a statement costs more than running it.
_OURS: Final = (CHAIN.c.team == bindparam("of_team")) & (CHAIN.c.incident == bindparam("of_incident"))
_LOCK: Final = select(CHAIN.c.n, CHAIN.c.head, CHAIN.c.recorded_at).where(_OURS).with_for_update()
# A checkpoint covers no entry that is not there: a row that claims it would keep the chain out of every later one.
_COVERED: Final = case((CHAIN.c.checkpointed > CHAIN.c.n, CHAIN.c.n), else_=CHAIN.c.checkpointed)
_HEAD: Final[dict[str, Any]] = {name: bindparam(name) for name in ("n", "head", "recorded_at")}
_MOVE_HEAD: Final = update(CHAIN).where(_OURS).values(**_HEAD, checkpointed=_COVERED)
_INSERT_ENTRY: Final = insert(ENTRY)
_INSERT_BODY: Final = insert(BODY)


class Head(NamedTuple):
    """The head of a chain: the number, hash and recording time of its last entry."""

    n: int
    hash: str
    recorded_at: datetime


def lock(connection: Connection, key: IncidentKey) -> Head | None:
    """Lock a chain until the end of the transaction and return its head, None for an empty chain."""
    found = connection.execute(_LOCK, {"of_team": key.team, "of_incident": key.id}).one_or_none()
    return None if found is None or found.n == 0 else Head(*found)


def lock_for_append(connection: Connection, key: IncidentKey) -> Head:
    """Lock a chain until the end of the transaction, also one that has no entry yet, and return its head."""
    return lock(connection, key) or _create_chain(connection, key)


def _create_chain(connection: Connection, key: IncidentKey) -> Head:
    # Two transactions may create one chain at once; the row makes the second wait for the first.
    connection.execute(
        insert_for(connection.dialect.name)(CHAIN)
        .values(team=key.team, incident=key.id, n=0, head=GENESIS, recorded_at=EPOCH, checkpointed=0)
        .on_conflict_do_nothing()
    )
    return lock(connection, key) or Head(0, GENESIS, EPOCH)


def append(connection: Connection, key: IncidentKey, drafts: Sequence[NewEntry], at: datetime) -> tuple[Entry, ...]:
    """Number, hash and store new entries; `recorded_at` never decreases within the chain."""
    return append_after(connection, key, drafts, at, None)[0]


def append_after(
    connection: Connection, key: IncidentKey, drafts: Sequence[NewEntry], at: datetime, head: Head | None
) -> tuple[tuple[Entry, ...], Head | None]:
    """Append after `head`, which the caller read under the lock, or after the stored one for None; return the new head."""
    if not drafts:
        return (), head
    head = head or lock_for_append(connection, key)
    recorded_at = max(at, head.recorded_at)
    entries = []
    for draft in drafts:
        entry = Entry(key=key, n=head.n + 1, recorded_at=recorded_at, **dict(draft))
        head = _store(connection, entry, head.hash)
        entries.append(entry)
    moved = {"n": head.n, "head": head.hash, "recorded_at": head.recorded_at}
    connection.execute(_MOVE_HEAD, {"of_team": key.team, "of_incident": key.id, **moved})
    return tuple(entries), head


def _store(connection: Connection, entry: Entry, prev: str) -> Head:
    facts, words = split(entry.fact)
    salt = secrets.token_hex(16)
    words_hash = text_digest(salt, words) if words else None
    text = entry_text(heading(entry), facts=facts, words=words_hash, prev=prev)
    team, incident = entry.key
    position = {"team": team, "incident": incident, "n": entry.n}
    head = Head(entry.n, digest(text), entry.recorded_at)
    connection.execute(_INSERT_ENTRY, {**position, **_columns(entry), "text": text, "prev": prev, "hash": head.hash})
    if words:
        connection.execute(_INSERT_BODY, {**position, "salt": salt, "words": canonical(words)})
    return head


def _columns(entry: Entry) -> dict[str, str | None]:
    channel, ts = message_columns(entry.fact)
    return {"kind": entry.fact.kind, "recorded_at": utc_text(entry.recorded_at), "channel": channel, "ts": ts}


def message_columns(fact: Fact) -> tuple[str | None, str | None]:
    """Return channel and ts of the message a fact is about, None for both when it is about none.

    A tombstone has the deleted chain in the channel column, so that the triggers find it by an index.
    """
    return place_of(fact) or (fact.incident if isinstance(fact, Retired) else None, None)
