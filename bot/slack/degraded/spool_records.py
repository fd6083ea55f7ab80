"""Captures, requests, reactions and drafts as lines of the spool, and read from them again.

No token and no response URL is written: both have expired when the line is read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import JsonValue

from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import Interaction
from bot.spool.segment import SpoolLine
from commands.core.capture import Capture, natural_key
from commands.core.request import Request
from incident.entry import EntryPoint, Source
from incident.record import upcast
from roles.person_ids import PersonId

_FACT: Final = "fact"


def capture_line(captured: Capture, at: datetime) -> SpoolLine:
    """Return the line of a capture."""
    fact: dict[str, JsonValue] = captured.fact.model_dump(mode="json")
    body = captured.model_dump(mode="json", exclude={_FACT})
    named: dict[str, JsonValue] = {"kind": captured.fact.kind, "version": captured.fact.version, **fact}
    return SpoolLine(kind="capture", key=f"{captured.team}:{natural_key(captured)}", at=at, body={**body, _FACT: named})


def read_capture(line: SpoolLine) -> Capture:
    """Return the capture in a line, with the spool as its source. A line of an older release is upcast."""
    body: dict[str, Any] = dict(line.body)
    kept: dict[str, Any] = dict(body.pop(_FACT))
    fact = upcast.read(upcast.StoredEntry(kept.pop("kind"), kept.pop("version"), kept, words={}))
    source = Source.model_validate(body["source"])
    return Capture.model_validate({**body, _FACT: fact, "source": _spooled(source)})


def request_line(request: Request, *, is_reaction: bool = False) -> SpoolLine:
    """Return the line of a request; the request of a reaction gets no notice."""
    body: dict[str, JsonValue] = {"request": request.model_dump(mode="json")}
    return SpoolLine(kind="mark" if is_reaction else "request", key=request.key, at=request.at, body=body)


def read_request(line: SpoolLine, now: datetime) -> Request:
    """Return the request in a line as it is run now, dated when it was first made, never later than now."""
    request = spooled_request(line)
    then = min(request.occurred_at or request.at, now)
    return request.model_copy(update={"at": now, "occurred_at": then, "source": _spooled(request.source)})


def spooled_request(line: SpoolLine) -> Request:
    """Return the request in a line as it was first made. Older lines hold the actor's groups beside the actor."""
    body: dict[str, Any] = dict(line.body)
    fields: dict[str, Any] = dict(body["request"])
    if isinstance(fields["actor"], str):
        fields["actor"] = {"id": fields["actor"], "groups": fields.pop("groups")}
    return Request.model_validate(fields)


def draft_line(interaction: Interaction, verb: str, fields: dict[str, JsonValue]) -> SpoolLine:
    """Return the line of a draft: the fields that a person filled in, and where."""
    context = interaction.context.model_copy(update={"fields": {}, "draft": None})
    body: dict[str, JsonValue] = {
        "person": interaction.person,
        "verb": verb,
        "fields": fields,
        "where": context.model_dump(mode="json"),
    }
    return SpoolLine(kind="draft", key=interaction.key, at=interaction.at, body=body)


def read_draft(line: SpoolLine) -> tuple[PersonId, str, dict[str, JsonValue], ActionContext]:
    """Return person, verb, fields and context of a draft."""
    body: dict[str, Any] = dict(line.body)
    return (
        PersonId(body["person"]),
        str(body["verb"]),
        dict(body["fields"]),
        ActionContext.model_validate(body["where"]),
    )


def _spooled(source: Source) -> Source:
    return source.model_copy(update={"surface": EntryPoint.SPOOL})
