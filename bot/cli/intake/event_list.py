"""`muster events`: what came in and was judged, as rows for those who assess it later. Knows the workspace chain only."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from typing import Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import open_record
from incident.entry import Entry, workspace_chain
from incident.frozen import utc_text
from organisation.entries.event_changes import EventJudged, EventReceived, EventRejected, EventRepeated

COLUMNS: Final = (
    "event",
    "received_at",
    "source",
    "kind",
    "service",
    "text",
    "received_by",
    "signed",
    "payload_sha256",
    "count",
    "judgement",
    "incident",
    "judged_at",
    "judged_by",
    "rule",
    "reason",
)
# A cell that begins so is a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_KINDS: Final = tuple(fact.kind for fact in (EventReceived, EventRepeated, EventJudged, EventRejected))
Row = dict[str, object]


def event_rows(entries: Iterable[Entry]) -> list[Row]:
    """Return a row for each event, in the order in which they came, and one for each entry about rejected requests."""
    rows: dict[str, Row] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, EventReceived):
            rows[fact.id] = _received(entry, fact)
        elif isinstance(fact, EventRejected):
            rows[f"rejected:{entry.n}"] = _rejected(entry, fact)
        elif isinstance(fact, EventRepeated) and fact.event in rows:
            row = rows[fact.event]
            row["count"] = int(str(row["count"])) + fact.count
        elif isinstance(fact, EventJudged) and fact.event in rows:
            rows[fact.event].update(_judged(entry, fact))
    return list(rows.values())


def print_events(*, as_csv: bool = False) -> int:
    """Print the events of the record."""
    try:
        with open_record() as record:
            key = workspace_chain(record.team)
            rows = event_rows(record.recorder.read(lambda reader: reader.entries(key, kinds=_KINDS)))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    if not as_csv:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return 0
    writer = csv.DictWriter(sys.stdout, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return 0


def _received(entry: Entry, fact: EventReceived) -> Row:
    return {
        "event": fact.id,
        "received_at": utc_text(entry.occurred_at),
        "source": fact.source,
        "kind": fact.event_kind.value,
        "service": fact.service,
        "text": fact.text,
        "received_by": entry.by,
        "signed": fact.is_signed,
        "payload_sha256": fact.payload_sha256,
        "count": fact.count,
        "judgement": None,
    }


def _judged(entry: Entry, fact: EventJudged) -> Row:
    return {
        "judgement": "incident" if fact.is_incident else "no incident",
        "incident": fact.number,
        "judged_at": utc_text(entry.occurred_at),
        "judged_by": entry.by,
        "rule": fact.rule,
        "reason": fact.reason,
    }


def _rejected(entry: Entry, fact: EventRejected) -> Row:
    return {
        "received_at": utc_text(entry.occurred_at),
        "source": fact.source,
        "payload_sha256": fact.payload_sha256,
        "count": fact.count,
        "judgement": "rejected",
        "reason": fact.why,
    }


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
