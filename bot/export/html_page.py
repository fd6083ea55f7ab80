"""The page of an export: what its first screen answers, then everything else. Works on the account alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.export.reader_names import Names
from bot.rendering import mrkdwn
from bot.rendering.renderer import TEMPLATES, Mode, Renderer
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.entries.delivery import DeliveryFailed
from incident.entries.status_updates import UpdateDelivered
from incident.entry import Entry, Fact
from incident.frozen import utc_text
from incident.model.incident import Incident

STYLE: Final = TEMPLATES / "documents" / "incident.css"


@dataclass(frozen=True)
class UpdateRow:
    """One line of what was said in the channel."""

    at: str
    by: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class EscalationRow:
    """Somebody who was called, for what, and what they answered when."""

    at: str
    by: str
    to: str
    reason: str
    answer: str
    answered_at: str | None


@dataclass(frozen=True)
class FailedDeliveryRow:
    """Something that did not reach people, and why."""

    at: str
    what: str


@dataclass(frozen=True)
class PageContext:
    """What the page template needs. `record` is the account."""

    number: str
    title: str
    symptom: str
    record: dict[str, Any]
    restored_after: str | None
    told: tuple[dict[str, Any], ...]
    said: tuple[UpdateRow, ...]
    calls: tuple[EscalationRow, ...]
    failed: tuple[FailedDeliveryRow, ...]
    entries: int
    head: str
    policy_hash: str
    exported_at: str
    exported_by: str
    css: str


def page(context: PageContext, render: Renderer) -> str:
    """Render the page."""
    return render.text("documents/incident.html.j2", c=context)


def restored_after(record: dict[str, Any]) -> str | None:
    """Say how long it took to restore the service, in words."""
    seconds = record["metrics"]["time_to_restore_s"]
    return None if seconds is None else f"after {mrkdwn.span(timedelta(seconds=seconds))} of impact"


def delivery_text(record: dict[str, Any], entries: Sequence[Entry]) -> tuple[dict[str, Any], ...]:
    """Say for each audience when it was first and last told and how the updates it was owed ended."""
    moments: dict[str, list[str]] = {}
    for entry in entries:
        if entry.fact.kind == "status_update_posted":
            audience = str(entry.fact.model_dump()["audience"])
            moments.setdefault(audience, []).append(_seconds(utc_text(entry.occurred_at)))
    rows = []
    for audience, kept in record["updates"].items():
        times = sorted(moments.get(audience, []))
        rows.append(
            {
                "audience": audience,
                "first": times[0] if times else None,
                "last": times[-1] if times else None,
                **{name: kept[name] for name in ("posts", "met", "missed", "adherence")},
            }
        )
    return tuple(rows)


def update_rows(entries: Sequence[Entry], render: Renderer) -> tuple[UpdateRow, ...]:
    """List what was said in the channel, with edits and deletions beside their time."""
    lines = []
    for entry in entries:
        if isinstance(entry.fact, MessagePosted | MessageEdited | MessageDeleted):
            note = {"message_edited": "(edited)", "message_deleted": "(deleted)"}.get(entry.fact.kind, "")
            who = entry.fact.author or entry.by
            text = render.macro("sentences.j2", entry.fact.kind, entry)
            lines.append(UpdateRow(_seconds(utc_text(entry.occurred_at)), render.who(who), text, note))
    return tuple(lines)


def escalation_rows(incident: Incident, names: Names) -> tuple[EscalationRow, ...]:
    """List who was called and how each call ended."""
    return tuple(
        EscalationRow(
            at=_seconds(utc_text(one.at)),
            by=names(one.by),
            to=names(one.person) if one.person else mrkdwn.plain(one.to, str),
            reason=mrkdwn.plain(one.reason, str),
            answer=one.answer or ("no answer yet" if one.person else "outside Slack"),
            answered_at=_seconds(utc_text(one.answered_at)) if one.answered_at else None,
        )
        for one in incident.escalations
    )


def failed_deliveries(entries: Sequence[Entry], render: Renderer) -> tuple[FailedDeliveryRow, ...]:
    """List what did not reach people: updates that were not delivered, and what Slack would not do."""
    lost = [e for e in entries if isinstance(e.fact, DeliveryFailed) or _is_undelivered(e.fact)]
    return tuple(
        FailedDeliveryRow(_seconds(utc_text(e.occurred_at)), render.macro("sentences.j2", e.fact.kind, e)) for e in lost
    )


def _is_undelivered(fact: Fact) -> bool:
    return isinstance(fact, UpdateDelivered) and fact.ref is None


def _seconds(at: str) -> str:
    return f"{at[:19]}Z"


def document_renderer(names: Any) -> Renderer:
    """Make the renderer for documents: names instead of mentions, UTC instead of the reader's zone."""
    return Renderer(Mode.DOCUMENT, names=names)
