"""The report's timeline: the entries that a reader needs, numbered among themselves; `entry` is the number in the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from incident.entries.conversation import (
    ActionOpened,
    Corrected,
    DecisionMade,
    MessagePinned,
    SourceChanged,
    TimeCorrected,
)
from incident.entries.lifecycle import Declared
from incident.entry import Entry
from incident.fold.aggregate_fold import undone_by
from incident.record.corrected_times import corrected_times
from incident.report.report_format import Report, ReportFormat, moment

KINDS: Final = frozenset(
    [
        "logged",
        "ack",
        "state",
        "priority",
        "category",
        "reclassification",
        "major",
        "role",
        "handover",
        "observation",
        "note",
        "decision",
        "action",
        "update",
        "escalation",
        "containment",
        "temp_fix",
        "workaround",
        "evidence",
        "third_party",
        "chase",
        "determination",
        "obligation",
        "hold",
        "resolution",
        "validation",
        "confirm",
        "link",
        "pir",
        "reopen",
        "void",
        "correction",
        "redaction",
        "gap",
        "time",
        "title",
        "undo",
        "drill",
    ]
)


def timeline(entries: Sequence[Entry], read: ReportFormat) -> list[Report]:
    """Return the timeline, in the order of recording. A corrected time has the first one beside it."""
    numbers: dict[int, int] = {}
    written: list[Report] = []
    undone = undone_by(entries)
    times = corrected_times(entry for entry in entries if entry.n not in undone)
    for entry in entries:
        if entry.fact.timeline in KINDS:
            numbers[entry.n] = len(written) + 1
            amended = _corrected(entry, times.get(entry.n)) | ({"taken_back": True} if entry.n in undone else {})
            written.append(_entry(entry, numbers, read) | amended)
    return written


def _corrected(entry: Entry, happened_at: datetime | None) -> Report:
    """Return the corrected time of an entry and the one it was recorded under; nothing where it was not corrected."""
    if happened_at is None:
        return {}
    return {"occurred_at": moment(happened_at), "first_occurred_at": moment(entry.occurred_at)}


def _entry(entry: Entry, numbers: dict[int, int], read: ReportFormat) -> Report:
    fact = entry.fact
    written: Report = {
        "n": numbers[entry.n],
        "entry": entry.n,
        "occurred_at": moment(entry.occurred_at),
        "kind": fact.timeline,
        "by": read.who(entry.shown_by),
        "src": read.source(entry),
        "text": read.sentence(entry),
    }
    if moment(entry.recorded_at) != written["occurred_at"]:
        written["recorded_at"] = moment(entry.recorded_at)
    return written | _more(entry, numbers, read)


def _more(entry: Entry, numbers: dict[int, int], read: ReportFormat) -> Report:
    fact = entry.fact
    if isinstance(fact, Declared):
        return {"reporter": read.who(fact.reporter), "detection_source": fact.detection_source}
    if isinstance(fact, SourceChanged | Corrected | TimeCorrected):
        return {"corrects": numbers.get(fact.corrects), "corrects_entry": fact.corrects}
    if isinstance(fact, MessagePinned):
        return {"promoted_from": read.message(fact.channel, fact.ts), "promoted_by": read.who(entry.by)}
    if isinstance(fact, DecisionMade | ActionOpened) and fact.channel and fact.ts:
        return {"promoted_from": read.message(fact.channel, fact.ts)}
    return {}
