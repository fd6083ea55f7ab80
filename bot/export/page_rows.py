"""The rows of the page's tables that the record does not have as they are. Knows the entries; knows no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.export.reader_names import Names
from bot.rendering.renderer import Renderer
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.entries.delivery import DeliveryFailed
from incident.entries.role_holders import EscalationAnswered, EscalationLapsed
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered, UpdateMissed, UpdatesMissed
from incident.entry import Entry, Fact
from incident.report.report_format import moment
from roles.person_ids import PersonId

# What a reader needs on the page beside the timeline of the record, by the word that the page shows it under.
_FURTHER: Final[dict[type[Fact], str]] = {
    UpdateMissed: "missed",
    UpdatesMissed: "missed",
    EscalationAnswered: "answer",
    EscalationLapsed: "answer",
}


@dataclass(frozen=True)
class MessageRow:
    """One message of the channel, or its edit or deletion; `entry` is its number."""

    entry: int
    at: str
    by: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class SentUpdateRow:
    """One status update: its audience, who wrote and approved it, and where it was delivered."""

    entry: int
    at: str
    audience: str
    by: str
    approved_by: str | None
    text: str
    reached: str


@dataclass(frozen=True)
class FailedDeliveryRow:
    """One message or change that Slack did not deliver, and why."""

    at: str
    what: str


def timeline_rows(record: dict[str, Any], entries: Sequence[Entry], render: Renderer) -> tuple[dict[str, Any], ...]:
    """Return the rows of the timeline in the order of recording, with missed updates and the answers to calls."""
    further = [
        {
            "entry": entry.n,
            "occurred_at": moment(entry.occurred_at),
            "kind": kind,
            "by": render.who(entry.shown_by),
            "text": render.macro("sentences.j2", entry.fact.kind, entry),
        }
        for entry in entries
        if (kind := _FURTHER.get(type(entry.fact))) is not None
    ]
    return tuple(sorted([*record["timeline"], *further], key=lambda row: int(row["entry"])))


def as_it_happened(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the rows in the order of happening; what happened in the same second in the order of recording."""
    return tuple(sorted(rows, key=lambda row: str(row["occurred_at"])))


def audience_rows(record: dict[str, Any], sent: Sequence[SentUpdateRow]) -> tuple[dict[str, Any], ...]:
    """Return one row per audience: its first and last update, by whom, and how many updates met or missed their time."""
    rows = []
    for audience, summary in record["updates"].items():
        own = sorted((row for row in sent if row.audience == audience), key=lambda row: row.at)
        rows.append(
            {
                "audience": audience,
                "first": own[0] if own else None,
                "last": own[-1] if own else None,
                **{name: summary[name] for name in ("posts", "met", "missed", "adherence")},
            }
        )
    return tuple(rows)


def sent_updates(entries: Sequence[Entry], names: Names, render: Renderer) -> tuple[SentUpdateRow, ...]:
    """Return every status update in the order of recording."""
    delivered = {(e.fact.update, e.fact.audience): e.fact for e in entries if isinstance(e.fact, UpdateDelivered)}
    rows = []
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, StatusUpdatePosted):
            delivery = delivered.get((entry.n, fact.audience))
            rows.append(
                SentUpdateRow(
                    entry=entry.n,
                    at=moment(entry.occurred_at),
                    audience=fact.audience.value,
                    by=names(entry.shown_by),
                    approved_by=names(entry.by) if fact.author else None,
                    text=render.words(fact.text),
                    reached=_reached(fact, delivery),
                )
            )
    return tuple(rows)


def _reached(fact: StatusUpdatePosted, delivery: UpdateDelivered | None) -> str:
    if not fact.has_channel:
        return "no one: the policy names no channel"
    if delivery is None:
        return "no delivery on record"
    return "delivered" if delivery.ref is not None else "not delivered"


def message_rows(entries: Sequence[Entry], render: Renderer) -> tuple[MessageRow, ...]:
    """Return the messages of the channel, with edits and deletions."""
    rows = []
    for entry in entries:
        if isinstance(entry.fact, MessagePosted | MessageEdited | MessageDeleted):
            note = {"message_edited": "(edited)", "message_deleted": "(deleted)"}.get(entry.fact.kind, "")
            text = render.macro("sentences.j2", entry.fact.kind, entry)
            rows.append(MessageRow(entry.n, moment(entry.occurred_at), _who(entry.fact, render), text, note))
    return tuple(rows)


def _who(fact: MessagePosted | MessageEdited | MessageDeleted, render: Renderer) -> str:
    """Return the name of the author of a message, or of who deleted it, which Slack does not say."""
    person: PersonId | None = fact.deleted_by if isinstance(fact, MessageDeleted) else fact.author
    return render.who(person) if person else "not known"


def failed_deliveries(entries: Sequence[Entry], render: Renderer) -> tuple[FailedDeliveryRow, ...]:
    """Return undelivered updates, those that had no channel, and what Slack refused."""
    failed = [(e, sentence) for e in entries if (sentence := _sentence_of_failure(e.fact))]
    return tuple(
        FailedDeliveryRow(moment(e.occurred_at), render.macro("sentences.j2", sentence, e)) for e, sentence in failed
    )


def _sentence_of_failure(fact: Fact) -> str | None:
    """Return the name of the sentence about what did not reach people, None for any other fact."""
    if isinstance(fact, StatusUpdatePosted):
        return None if fact.has_channel else "update_posted_nowhere"
    is_undelivered = isinstance(fact, UpdateDelivered) and fact.ref is None
    return fact.kind if is_undelivered or isinstance(fact, DeliveryFailed) else None
