"""The people for whom something is left to do in incidents that are over, and those whose approval of a decision is open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NAMES = ("team", "incident", "is_over", "restricted", "position", "folded")
_INCIDENT = sa.table("incident", *(sa.column(name) for name in _NAMES))
_CONCERNED = sa.table(
    "concerned",
    *(sa.column(name) for name in ("team", "person", "incident", "position", "restricted", "is_involved")),
)
_ENTRY = sa.table("entry", *(sa.column(name) for name in ("team", "incident", "n", "kind", "text")))


def upgrade() -> None:
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Add a row for each person of whom the folded incidents and their entries say so, and who has none."""
    asked = _asked(connection)
    last: tuple[str, str] = ("", "")
    while rows := connection.execute(_after(last)).all():
        for team, key, is_over, restricted, position, folded in rows:
            state = json.loads(folded)
            shared = {"team": team, "incident": key, "restricted": bool(restricted)}
            if is_over:
                _add(connection, [{**shared, **row, "is_involved": True} for row in _left(key, state)])
            else:
                people = {who for n, who in asked.get((team, key), ()) if n not in state.get("undone", ())}
                _add(connection, [{**shared, "position": position, "person": p, "is_involved": False} for p in people])
        last = rows[-1].team, rows[-1].incident


def _after(last: tuple[str, str]) -> sa.Select[Any]:
    place = sa.tuple_(_INCIDENT.c.team, _INCIDENT.c.incident)
    query = sa.select(*(_INCIDENT.c[name] for name in _NAMES)).where(place > last)
    return query.order_by(_INCIDENT.c.team, _INCIDENT.c.incident).limit(500)


def _add(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        ours = [_CONCERNED.c[name] == row[name] for name in ("team", "person", "incident")]
        if connection.execute(sa.select(_CONCERNED.c.person).where(*ours)).first() is None:
            connection.execute(sa.insert(_CONCERNED).values(row))


def _left(key: str, state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the person and the place for a review and for each temporary fix in place."""
    if state.get("state", "void:").startswith("void:"):
        return
    found: dict[str, str] = {}
    if review := state.get("review"):
        found[review["owner"]] = _text(datetime.fromisoformat(review["at"]))
    for fix in () if state["drill"] else state.get("temp_fixes", ()):
        owner = fix["owner"] or state["service_owner"]
        if owner and fix["remove_by"] and not fix["removed_at"]:
            found[owner] = _text(datetime(9999, 1, 1, tzinfo=UTC))
    for person, until in found.items():
        yield {"person": person, "position": f"9{until}{key}"}


def _asked(connection: sa.Connection) -> dict[tuple[str, str], set[tuple[int, str]]]:
    """Return the decisions with an approver whom another person named and who has not objected, by incident."""
    found: dict[tuple[str, str], set[tuple[int, str]]] = {}
    for team, key, n, text in _of_kind(connection, "decision_made"):
        entry = json.loads(text)
        who = entry["facts"].get("approved_by")
        if who and who != entry["by"]:
            found.setdefault((team, key), set()).add((n, who))
    for team, key, _, text in _of_kind(connection, "corrected") if found else ():
        entry = json.loads(text)
        found.get((team, key), set()).discard((entry["facts"]["corrects"], entry["by"]))
    return found


def _of_kind(connection: sa.Connection, kind: str) -> sa.CursorResult[Any]:
    columns = (_ENTRY.c.team, _ENTRY.c.incident, _ENTRY.c.n, _ENTRY.c.text)
    return connection.execute(sa.select(*columns).where(_ENTRY.c.kind == kind))


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"
