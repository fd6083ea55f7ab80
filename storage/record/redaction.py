"""Removes words from the record: from `body`, from the folded incident, from outcomes and drafts. The facts stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from incident.entry import IncidentKey
from incident.ports import Outcome
from storage.record import projection
from storage.tables import BODY, DRAFT, SEEN


def forget_words(connection: Connection, key: IncidentKey, numbers: Sequence[int]) -> None:
    """Delete words and salt of entries and whatever repeats them; the guards refuse it unless a Redacted entry says so."""
    which = (BODY.c.team == key.team) & (BODY.c.incident == key.id) & BODY.c.n.in_(numbers)
    gone = frozenset(_strings(connection.execute(select(BODY.c.words).where(which)).scalars().all()))
    connection.execute(delete(BODY).where(which))
    _forget_drafts(connection, key, gone)
    _forget_outcomes(connection, key)
    incident = projection.refold(connection, key)
    if incident is not None:
        projection.put(connection, incident)


def _strings(bodies: Sequence[str]) -> list[str]:
    return [text for body in bodies for text in json.loads(body).values() if isinstance(text, str) and text.strip()]


def _forget_drafts(connection: Connection, key: IncidentKey, gone: frozenset[str]) -> None:
    # A draft may hold the words before anybody knew which incident it was about, so every draft of the team is read.
    for row in connection.execute(
        select(DRAFT.c.key, DRAFT.c.fields, DRAFT.c.incident).where(DRAFT.c.team == key.team)
    ):
        texts = list(_leaves(json.loads(row.fields)))
        if row.incident == key.id or any(_overlap(text, lost) for text in texts for lost in gone):
            connection.execute(delete(DRAFT).where(DRAFT.c.team == key.team, DRAFT.c.key == row.key))


def _overlap(text: str, lost: str) -> bool:
    return lost in text or (len(text) > 3 and text in lost)


def _leaves(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return tuple(text for item in inner for text in _leaves(item))


def _forget_outcomes(connection: Connection, key: IncidentKey) -> None:
    rows = connection.execute(select(SEEN).where(SEEN.c.team.in_((key.team, "")), SEEN.c.incident == key.id)).all()
    for row in rows:
        bare = Outcome.model_validate_json(row.outcome).model_copy(update={"facts": ()})
        connection.execute(
            update(SEEN).where(SEEN.c.team == row.team, SEEN.c.key == row.key).values(outcome=bare.model_dump_json())
        )
