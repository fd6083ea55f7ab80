"""What the API returns of incidents and entries: their frozen contract. Masked and redacted texts arrive as such."""

from __future__ import annotations

from datetime import datetime
from html import unescape

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from incident.entry import Entry, split
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.record.corrected_times import corrected_times


class Document(BaseModel):
    """The base of every answer: closed to other fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemDocument(Document):
    """Why nothing was done (RFC 9457). `detail` says what to do now."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: list[str]
    missing: list[str]


class RoleHolder(Document):
    """A person who holds a role now."""

    role: str
    person: str


class IncidentDocument(Document):
    """One incident. `entry` is the number of the last entry that changed it, which is its ETag."""

    number: str
    title: str
    symptom: str
    state: str
    priority: str | None
    impact: int | None
    urgency: int | None
    is_over: bool
    major: bool
    drill: bool
    restricted: bool
    service: str
    type: str
    category: str
    subcategory: str | None
    owner_group: str
    reporter: str
    declared_at: Utc | None
    started_at: Utc | None
    restored_at: Utc | None
    closed_at: Utc | None
    duplicate_of: str | None
    roles: list[RoleHolder]
    slack_channel: str | None
    entry: int


class IncidentPage(Document):
    """A page of incidents, newest first. `next` is the cursor of the next page, null after the last."""

    incidents: list[IncidentDocument]
    next: str | None


class EntryDocument(Document):
    """One entry of the record. `facts` are its data, `text` is what people wrote, by field."""

    incident: str
    n: int
    kind: str
    version: int
    by: str
    occurred_at: Utc
    recorded_at: Utc
    source: str
    facts: dict[str, JsonValue]
    text: dict[str, JsonValue]
    redacted: bool
    undone: bool = False


class EntryPage(Document):
    """A page of entries in order. `next` is the number to go on after, null after the last."""

    entries: list[EntryDocument]
    next: int | None


class ActDocument(Document):
    """What an act recorded: the entries `first` to `last` of its incident. `repeated`: it was recorded before, under its key."""

    verb: str
    incident: str | None
    first: int | None
    last: int | None
    repeated: bool
    answer: str = Field(description="In plain text")


class AnswerDocument(Document):
    """The answer to a question, in plain text, and its items where it lists some."""

    verb: str
    incident: str | None
    answer: str
    items: list[str]


class CallerDocument(Document):
    """Who the token makes you, what it may do, and until when."""

    actor: str
    groups: list[str]
    scopes: list[str]
    services: list[str]
    restricted: list[str]
    expires_at: Utc


def incident_document(incident: Incident) -> IncidentDocument:
    """Return an incident as callers read it."""
    last, times = incident.priorities[-1] if incident.priorities else None, incident.times
    return IncidentDocument(
        number=incident.number,
        title=unescape(incident.title),
        symptom=unescape(incident.symptom),
        state=str(incident.state),
        priority=incident.priority,
        impact=last.impact if last else None,
        urgency=last.urgency if last else None,
        is_over=incident.is_over,
        major=incident.major,
        drill=incident.drill,
        restricted=incident.restricted,
        service=incident.service,
        type=incident.type,
        category=incident.category,
        subcategory=incident.subcategory,
        owner_group=incident.owner_group,
        reporter=incident.reporter,
        declared_at=times.logged_at,
        started_at=times.started_at,
        restored_at=times.restored_at,
        closed_at=times.closed_at,
        duplicate_of=incident.duplicate_of,
        roles=[RoleHolder(role=i.role, person=i.who) for i in incident.roles if i.until is None],
        slack_channel=incident.places.channel,
        entry=incident.n,
    )


def entry_documents(entries: list[Entry], incident: Incident) -> list[EntryDocument]:
    """Return entries as callers read them: those that were taken back are marked, times are as they were corrected."""
    times = corrected_times(entries)
    return [_entry(one, incident, times) for one in entries]


def _entry(entry: Entry, incident: Incident, times: dict[int, datetime]) -> EntryDocument:
    facts, words = split(entry.fact)
    return EntryDocument(
        incident=incident.number,
        n=entry.n,
        kind=entry.fact.kind,
        version=entry.fact.version,
        by=entry.by,
        occurred_at=times.get(entry.n, entry.occurred_at),
        recorded_at=entry.recorded_at,
        source=entry.source.surface,
        facts=facts,
        text={name: _as_typed(value) for name, value in words.items()},
        redacted=entry.redacted,
        undone=entry.n in incident.undone,
    )


def _as_typed(value: JsonValue) -> JsonValue:
    """Return a text as it was typed; it is stored as Slack escapes it."""
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, list):
        return [_as_typed(one) for one in value]
    return value
