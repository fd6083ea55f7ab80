"""The report's timeline: the entries that a reader needs, numbered among themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from incident.entries.conversation import ActionOpened, Corrected, DecisionMade, MessagePinned, SourceChanged
from incident.entries.lifecycle import Declared
from incident.entry import Entry
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
        "drill",
    ]
)


def timeline(entries: Iterable[Entry], read: ReportFormat) -> list[Report]:
    """Return the timeline, in the order of recording."""
    numbers: dict[int, int] = {}
    written: list[Report] = []
    for entry in entries:
        if entry.fact.timeline in KINDS:
            numbers[entry.n] = len(written) + 1
            written.append(_entry(entry, numbers, read))
    return written


def _entry(entry: Entry, numbers: dict[int, int], read: ReportFormat) -> Report:
    fact = entry.fact
    written: Report = {
        "n": numbers[entry.n],
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
    if isinstance(fact, SourceChanged | Corrected):
        return {"corrects": numbers.get(fact.corrects)}
    if isinstance(fact, MessagePinned):
        return {"promoted_from": read.message(fact.channel, fact.ts), "promoted_by": read.who(entry.by)}
    if isinstance(fact, DecisionMade | ActionOpened) and fact.channel and fact.ts:
        return {"promoted_from": read.message(fact.channel, fact.ts)}
    return {}
