"""The rows of the page's tables that the record does not have as they are. Knows the entries; knows no HTML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.export.later_entries import LaterEntry
from bot.export.reader_names import Names
from bot.rendering.renderer import Renderer
from incident.entries.closure import Refused
from incident.entries.conversation import DecisionMade, MessageDeleted, MessageEdited, MessagePosted
from incident.entries.delivery import DeliveryFailed, NoticeDelivered
from incident.entries.role_holders import EscalationAnswered, EscalationLapsed
from incident.entries.status_updates import (
    StatusUpdatePosted,
    UpdateCorrected,
    UpdateDelivered,
    UpdateMissed,
    UpdatesMissed,
)
from incident.entry import Entry, Fact
from incident.record.amendments import reason_in
from incident.report.report_format import moment
from incident.states import Audience
from roles.person_ids import PersonId

Later = Mapping[int, tuple[LaterEntry, ...]]

# What a reader needs on the page beside the timeline of the record, by the word that the page shows it under.
_FURTHER: Final[dict[type[Fact], str]] = {
    UpdateMissed: "missed",
    UpdatesMissed: "missed",
    EscalationAnswered: "answer",
    EscalationLapsed: "answer",
}


_Delivered: TypeAlias = Mapping[tuple[int, Audience, str | None], UpdateDelivered]


@dataclass(frozen=True)
class MessageRow:
    """One message of the channel, or its edit or deletion; `entry` is its number.

    `note` says how it belongs to the message of entry `of`, which is None where that is not in the record.
    """

    entry: int
    at: str
    by: str
    text: str
    note: str = ""
    of: int | None = None
    later: tuple[LaterEntry, ...] = ()


@dataclass(frozen=True)
class SentUpdateRow:
    """One status update: its audience, who wrote and approved it, and where it was delivered.

    `corrects` is the entry of the update whose text this one corrects, None for an update. `is_lost`: it reached no one.
    """

    entry: int
    at: str
    audience: str
    by: str
    approved_by: str | None
    text: str
    reached: str
    is_lost: bool = False
    corrects: int | None = None
    later: tuple[LaterEntry, ...] = ()


@dataclass(frozen=True)
class DecisionRow:
    """One decision: by whom, why, and who approved it, as the person who recorded it says."""

    entry: int
    at: str
    by: str
    id: str
    text: str
    rationale: str
    approved_by: str | None
    later: tuple[LaterEntry, ...]


@dataclass(frozen=True)
class FurtherRow:
    """One entry in its sentence: what was not delivered, what was refused, or what no other part of the page shows."""

    entry: int
    at: str
    by: str
    what: str


def timeline_rows(
    record: dict[str, Any], entries: Sequence[Entry], render: Renderer, later: Later
) -> tuple[dict[str, Any], ...]:
    """Return the rows of the timeline in the order of recording, each with the later entries about it.

    Beside the record's, they are missed updates, the answers to calls, and what else people did: drafts, hidden texts, holds.
    """
    shown = {row["entry"] for row in record["timeline"]}
    further = [
        {
            "entry": entry.n,
            "occurred_at": moment(entry.occurred_at),
            "kind": kind,
            "by": render.who(entry.shown_by),
            "text": render.macro("sentences.j2", entry.fact.kind, entry),
        }
        for entry in entries
        if entry.n not in shown and (kind := _FURTHER.get(type(entry.fact)) or entry.fact.timeline) is not None
    ]
    rows = sorted([*record["timeline"], *further], key=lambda row: int(row["entry"]))
    return tuple({**row, "later": later.get(row["entry"], ())} for row in rows)


def as_it_happened(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the rows in the order of happening; what happened in the same second in the order of recording."""
    return tuple(sorted(rows, key=lambda row: str(row["occurred_at"])))


def audience_rows(record: dict[str, Any], sent: Sequence[SentUpdateRow]) -> tuple[dict[str, Any], ...]:
    """Return one row per audience: the first and last update that reached it, by whom, and how many met or missed their time.

    `lost` counts those that reached no one.
    """
    rows = []
    for audience, summary in record["updates"].items():
        own = sorted((row for row in sent if row.audience == audience and row.corrects is None), key=lambda row: row.at)
        arrived = [row for row in own if not row.is_lost]
        rows.append(
            {
                "audience": audience,
                "first": arrived[0] if arrived else None,
                "last": arrived[-1] if arrived else None,
                "lost": len(own) - len(arrived),
                **{name: summary[name] for name in ("posts", "met", "missed", "adherence")},
            }
        )
    return tuple(rows)


def sent_updates(
    entries: Sequence[Entry], names: Names, render: Renderer, later: Later, channels: Mapping[Audience, str]
) -> tuple[SentUpdateRow, ...]:
    """Return every status update, and every correction of one, in the order of recording."""
    delivered = {
        (fact.update, fact.audience, fact.recipient): fact
        for fact in (entry.fact for entry in entries)
        if isinstance(fact, UpdateDelivered)
    }
    rows = []
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, StatusUpdatePosted | UpdateCorrected):
            rows.append(
                SentUpdateRow(
                    entry=entry.n,
                    at=moment(entry.occurred_at),
                    audience=fact.audience.value,
                    by=names(entry.shown_by),
                    approved_by=names(entry.by) if fact.author else None,
                    text=render.words(fact.text),
                    reached=_reached(entry.n, fact, delivered, channels.get(fact.audience, "")),
                    is_lost=_is_lost(entry, fact, delivered),
                    corrects=fact.update if isinstance(fact, UpdateCorrected) else None,
                    later=later.get(entry.n, ()),
                )
            )
    return tuple(rows)


def _reached(n: int, fact: StatusUpdatePosted | UpdateCorrected, delivered: _Delivered, name: str) -> str:
    """Return where an update arrived: the channel by name, if it has one, and Slack's id; each recipient outside Slack."""
    if not fact.is_sent:
        return "no one: the policy names no channel"
    places = [_in_slack(delivered.get((n, fact.audience, None)), name)] if fact.has_channel else []
    places += [f"{one}: {_outside(delivered.get((n, fact.audience, one)))}" for one in fact.recipients]
    return "; ".join(places)


def _is_lost(entry: Entry, fact: StatusUpdatePosted | UpdateCorrected, delivered: _Delivered) -> bool:
    """True if every attempt to deliver an update failed, or none was made. One that is recorded late was made another way."""
    if not fact.is_sent:
        return not entry.is_backfilled
    ways = (*((None,) if fact.has_channel else ()), *fact.recipients)
    tries = [delivered.get((entry.n, fact.audience, way)) for way in ways]
    return all(one is not None and (one.ref is None or one.is_bare) for one in tries)


def _in_slack(delivery: UpdateDelivered | None, name: str) -> str:
    if delivery is None or delivery.ref is None:
        return _outside(delivery)
    channel = delivery.ref.partition(":")[0]
    return f"delivered, in {name} ({channel})" if name.startswith("#") else f"delivered, in channel {channel}"


def _outside(delivery: UpdateDelivered | None) -> str:
    """Return the outcome of the last attempt."""
    if delivery is None:
        return "no delivery on record"
    if delivery.is_bare:
        return "the number alone"
    tries = f" after {delivery.attempt} attempts" if delivery.attempt > 1 else ""
    return f"{'delivered' if delivery.ref else 'not delivered'}{tries}"


def _reason_given(decision: int, later: Later) -> str:
    """Return the reason that was added to a decision afterwards; '' if none was."""
    return next((reason for one in reversed(later.get(decision, ())) if (reason := reason_in(one.text))), "")


def decision_rows(entries: Sequence[Entry], names: Names, render: Renderer, later: Later) -> tuple[DecisionRow, ...]:
    """Return every decision in the order of recording."""
    return tuple(
        DecisionRow(
            entry=entry.n,
            at=moment(entry.occurred_at),
            by=names(entry.shown_by),
            id=fact.id,
            text=render.words(fact.text),
            rationale=render.words(fact.rationale) or _reason_given(entry.n, later),
            approved_by=names(fact.approved_by) if fact.approved_by else None,
            later=later.get(entry.n, ()),
        )
        for entry in entries
        if isinstance(fact := entry.fact, DecisionMade)
    )


def message_rows(entries: Sequence[Entry], render: Renderer, later: Later) -> tuple[MessageRow, ...]:
    """Return the messages of the channel, with edits and deletions."""
    rows: list[MessageRow] = []
    posted: dict[tuple[str, str], int] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, MessagePosted | MessageEdited | MessageDeleted):
            note, ts = _place(fact)
            row = MessageRow(
                entry=entry.n,
                at=moment(entry.occurred_at),
                by=_who(fact, render),
                text=render.macro("sentences.j2", fact.kind, entry),
                note=note,
                of=posted.get((fact.channel, ts)) if ts else None,
                later=later.get(entry.n, ()),
            )
            posted.setdefault((fact.channel, fact.ts), entry.n)
            rows.append(row)
    return tuple(rows)


def _place(fact: MessagePosted | MessageEdited | MessageDeleted) -> tuple[str, str | None]:
    """Return how a message belongs to another one, and the time stamp of that one."""
    if isinstance(fact, MessagePosted):
        return ("in reply to", fact.thread_ts) if fact.thread_ts and fact.thread_ts != fact.ts else ("", None)
    return "edit of" if isinstance(fact, MessageEdited) else "see", fact.ts


def _who(fact: MessagePosted | MessageEdited | MessageDeleted, render: Renderer) -> str:
    """Return the name of the author of a message, or of who deleted it, which Slack does not say."""
    person: PersonId | None = fact.deleted_by if isinstance(fact, MessageDeleted) else fact.author
    return render.who(person) if person else "not known"


def failed_deliveries(entries: Sequence[Entry], render: Renderer) -> tuple[FurtherRow, ...]:
    """Return undelivered updates, those that had no channel, and what Slack refused."""
    return tuple(_further(e, render, sentence) for e in entries if (sentence := _sentence_of_failure(e.fact)))


def refused_rows(entries: Sequence[Entry], render: Renderer) -> tuple[FurtherRow, ...]:
    """Return the acts that were refused, and why."""
    return tuple(_further(entry, render) for entry in entries if isinstance(entry.fact, Refused))


def other_rows(entries: Sequence[Entry], shown: Collection[int], render: Renderer) -> tuple[FurtherRow, ...]:
    """Return the entries that no other part of the page shows: who was asked, what was posted, who came and went."""
    return tuple(_further(entry, render) for entry in entries if entry.n not in shown)


def _further(entry: Entry, render: Renderer, sentence: str | None = None) -> FurtherRow:
    what = render.macro("sentences.j2", sentence or entry.fact.kind, entry)
    return FurtherRow(entry.n, moment(entry.occurred_at), render.who(entry.shown_by), what)


def _sentence_of_failure(fact: Fact) -> str | None:
    """Return the name of the sentence about what did not reach people, None for any other fact."""
    if isinstance(fact, StatusUpdatePosted):
        return None if fact.is_sent else "update_posted_nowhere"
    is_undelivered = isinstance(fact, UpdateDelivered | NoticeDelivered) and fact.ref is None
    is_undelivered = is_undelivered or (isinstance(fact, UpdateDelivered) and fact.is_bare)
    return fact.kind if is_undelivered or isinstance(fact, DeliveryFailed) else None
