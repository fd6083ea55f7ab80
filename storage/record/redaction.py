"""Redaction: deletes text from `body`, the projection, outcomes and drafts. Facts stay, and jobs hold no text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from incident.entry import IncidentKey
from incident.ports import Outcome
from storage.record.projections import projection
from storage.tables import BODY, DRAFT, SEEN


def delete_text(connection: Connection, key: IncidentKey, numbers: Sequence[int]) -> None:
    """Delete text and salt of entries and every copy of that text; the triggers require a Redacted entry that names them."""
    ours = (BODY.c.team == key.team) & (BODY.c.incident == key.id) & BODY.c.n.in_(numbers)
    deleted = frozenset(_strings(connection.execute(select(BODY.c.words).where(ours)).scalars().all()))
    connection.execute(delete(BODY).where(ours))
    _delete_drafts(connection, key, deleted)
    _clear_outcomes(connection, key, deleted)
    state = projection.refold(connection, key)
    if state is not None:
        projection.save(connection, state)


def _strings(bodies: Sequence[str]) -> list[str]:
    return [text for body in bodies for text in json.loads(body).values() if isinstance(text, str) and text.strip()]


def _delete_drafts(connection: Connection, key: IncidentKey, deleted: frozenset[str]) -> None:
    # A draft may hold the text without naming its incident, so every draft of the team is read.
    for row in connection.execute(
        select(DRAFT.c.key, DRAFT.c.fields, DRAFT.c.incident).where(DRAFT.c.team == key.team)
    ):
        texts = list(_strings_in(json.loads(row.fields)))
        if row.incident == key.id or any(_overlap(text, lost) for text in texts for lost in deleted):
            connection.execute(delete(DRAFT).where(DRAFT.c.team == key.team, DRAFT.c.key == row.key))


def _overlap(text: str, lost: str) -> bool:
    return lost in text or (len(text) > 3 and text in lost)


def _strings_in(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return tuple(text for item in inner for text in _strings_in(item))


def _clear_outcomes(connection: Connection, key: IncidentKey, deleted: frozenset[str]) -> None:
    # A refusal repeats what was typed. One without an incident may have been about the same words, so each is read.
    ours = SEEN.c.team.in_((key.team, "")) & ((SEEN.c.incident == key.id) | SEEN.c.incident.is_(None))
    for row in connection.execute(select(SEEN).where(ours)).all():
        outcome = Outcome.model_validate_json(row.outcome)
        texts = [text for _, text in outcome.facts]
        if row.incident is None and not any(_overlap(text, lost) for text in texts for lost in deleted):
            continue
        cleared = outcome.model_copy(update={"facts": ()})
        connection.execute(
            update(SEEN).where(SEEN.c.team == row.team, SEEN.c.key == row.key).values(outcome=cleared.model_dump_json())
        )
