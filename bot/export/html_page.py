"""The HTML page of an export. Knows the incident report and the entries; knows no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.export.reader_names import Names
from bot.rendering import mrkdwn
from bot.rendering.renderer import TEMPLATES, Mode, Renderer
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.entries.delivery import DeliveryFailed
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered
from incident.entry import Entry, Fact
from incident.frozen import utc_text
from incident.model.incident import Incident
from incident.rules.impact_time import impact

STYLE: Final = TEMPLATES / "documents" / "incident.css"


@dataclass(frozen=True)
class MessageRow:
    """One message of the channel, or its edit or deletion."""

    at: str
    by: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class EscalationRow:
    """One escalation: who was called, why, and their answer."""

    at: str
    by: str
    to: str
    reason: str
    answer: str
    answered_at: str | None


@dataclass(frozen=True)
class FailedDeliveryRow:
    """One message or change that Slack did not deliver, and why."""

    at: str
    what: str


@dataclass(frozen=True)
class HtmlPageContext:
    """The context of documents/incident.html.j2. `record` is the incident report."""

    number: str
    title: str
    symptom: str
    record: dict[str, Any]
    restored_after: str | None
    audiences: tuple[dict[str, Any], ...]
    messages: tuple[MessageRow, ...]
    escalations: tuple[EscalationRow, ...]
    failed_deliveries: tuple[FailedDeliveryRow, ...]
    entries: int
    head: str
    policy_hash: str
    exported_at: str
    exported_by: str
    css: str


def render_page(context: HtmlPageContext, render: Renderer) -> str:
    """Render the page as HTML."""
    return render.text("documents/incident.html.j2", c=context)


def restored_after(incident: Incident) -> str | None:
    """Return how long users were affected, in words, and from what it counts; None before the service is restored."""
    harm = impact(incident)
    start = "detection" if harm.is_detection else "the start"
    return None if harm.total_s is None else f"{mrkdwn.duration(harm.total_s)} after {start}"


def audience_rows(record: dict[str, Any], entries: Sequence[Entry]) -> tuple[dict[str, Any], ...]:
    """Return one row per audience: its first and last update, and how many updates met or missed their deadline."""
    posted_at: dict[str, list[str]] = {}
    for entry in entries:
        if entry.fact.kind == "status_update_posted":
            audience = str(entry.fact.model_dump()["audience"])
            posted_at.setdefault(audience, []).append(_seconds(utc_text(entry.occurred_at)))
    rows = []
    for audience, summary in record["updates"].items():
        times = sorted(posted_at.get(audience, []))
        rows.append(
            {
                "audience": audience,
                "first": times[0] if times else None,
                "last": times[-1] if times else None,
                **{name: summary[name] for name in ("posts", "met", "missed", "adherence")},
            }
        )
    return tuple(rows)


def message_rows(entries: Sequence[Entry], render: Renderer) -> tuple[MessageRow, ...]:
    """Return the messages of the channel, with edits and deletions."""
    rows = []
    for entry in entries:
        if isinstance(entry.fact, MessagePosted | MessageEdited | MessageDeleted):
            note = {"message_edited": "(edited)", "message_deleted": "(deleted)"}.get(entry.fact.kind, "")
            text = render.macro("sentences.j2", entry.fact.kind, entry)
            rows.append(MessageRow(_seconds(utc_text(entry.occurred_at)), _who(entry.fact, render), text, note))
    return tuple(rows)


def _who(fact: MessagePosted | MessageEdited | MessageDeleted, render: Renderer) -> str:
    """Return the name of the author of a message, or of who deleted it, which Slack does not say."""
    person = fact.deleted_by if isinstance(fact, MessageDeleted) else fact.author
    return render.who(person) if person else "not known"


def escalation_rows(incident: Incident, names: Names) -> tuple[EscalationRow, ...]:
    """Return the escalations with their answers. The texts of the incident are readable already."""
    return tuple(
        EscalationRow(
            at=_seconds(utc_text(one.at)),
            by=names(one.by),
            to=names(one.person) if one.person else one.to,
            reason=one.reason,
            answer=one.answer or ("no answer yet" if one.person else "outside Slack"),
            answered_at=_seconds(utc_text(one.answered_at)) if one.answered_at else None,
        )
        for one in incident.escalations
    )


def failed_deliveries(entries: Sequence[Entry], render: Renderer) -> tuple[FailedDeliveryRow, ...]:
    """Return undelivered updates, those that had no channel, and what Slack refused."""
    judged = {entry.fact.update for entry in entries if isinstance(entry.fact, UpdateDelivered)}
    failed = [(e, sentence) for e in entries if e.n not in judged and (sentence := _sentence_of_failure(e.fact))]
    return tuple(
        FailedDeliveryRow(_seconds(utc_text(e.occurred_at)), render.macro("sentences.j2", sentence, e))
        for e, sentence in failed
    )


def _sentence_of_failure(fact: Fact) -> str | None:
    """Return the name of the sentence about what did not reach people, None for any other fact."""
    if isinstance(fact, StatusUpdatePosted):
        return None if fact.has_channel else "update_posted_nowhere"
    is_undelivered = isinstance(fact, UpdateDelivered) and fact.ref is None
    return fact.kind if is_undelivered or isinstance(fact, DeliveryFailed) else None


def _seconds(at: str) -> str:
    return f"{at[:19]}Z"


def document_renderer(names: Any) -> Renderer:
    """Return the renderer for documents: names instead of mentions, UTC instead of the reader's time zone."""
    return Renderer(Mode.DOCUMENT, names=names)
