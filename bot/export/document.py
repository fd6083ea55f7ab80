"""The report of one incident as a document: names instead of ids, text without Slack's escapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.export.reader_names import Names
from bot.rendering import mrkdwn
from bot.rendering.renderer import Renderer
from incident.entry import Entry
from incident.frozen import text_fields
from incident.report.incident_report import incident_report
from roles.person_ids import PersonId


def document_report(
    entries: Sequence[Entry],
    *,
    as_of: datetime,
    names: Names,
    render: Renderer,
    source: Callable[[Entry], str] | None = None,
    message: Callable[[str, str], str] | None = None,
    probes: Sequence[datetime] = (),
) -> dict[str, Any]:
    """Return the incident report as JSON-ready data. Sentences are rendered from the entries as stored."""
    stored = {(entry.key, entry.n): entry for entry in entries}
    return incident_report(
        [readable(entry, names) for entry in entries],
        as_of=as_of,
        sentence=lambda entry: render.macro("sentences.j2", entry.fact.kind, stored[entry.key, entry.n]),
        name=names,
        source=source or source_of,
        probes=probes,
        **({"message": message} if message else {}),
    )


def readable(entry: Entry, names: Names) -> Entry:
    """Return the entry with its text as people wrote it: mentions by name, Slack's escapes undone."""
    fact = entry.fact
    plain_text = {
        field: mrkdwn.plain_text(value, lambda user: names(PersonId(f"slack:{entry.key.team}:{user}")))
        for field in text_fields(type(fact))
        if isinstance(value := getattr(fact, field), str) and mrkdwn.is_marked_up(value)
    }
    return entry.model_copy(update={"fact": fact.model_copy(update=plain_text)}) if plain_text else entry


def source_of(entry: Entry) -> str:
    """Return the source of an entry in one word, as in slack:Ev012."""
    source = entry.source
    return ":".join(part for part in (source.surface.value, source.event or source.message) if part)
