"""`muster events` lists each event with its judgement, its author and the reason."""

from __future__ import annotations

from bot.cli.intake import event_list
from bot.cli.intake.event_list import COLUMNS, event_rows
from incident.entry import EntryPoint, NewEntry, Source, workspace_chain
from incident.memory_store import MemoryStore
from organisation.entries.event_changes import EventJudged, EventKind, EventReceived, EventRejected, EventRepeated
from roles.person_ids import MUSTER, slack_person
from tests.support.clock import T

KEY, BEN = workspace_chain("T1"), slack_person("T1", "UBEN")


def rows(*facts, by=MUSTER):
    memory = MemoryStore()
    new = [NewEntry(fact=one, by=by, occurred_at=T(1), source=Source(surface=EntryPoint.WEB)) for one in facts]
    memory.transact(lambda unit: unit.append(KEY, new, T(1)))
    return event_rows(memory.read(lambda reader: reader.entries(KEY)))


ALERT = EventReceived(id="EV-2026-0001", source="noc", event_kind=EventKind.ALERT, text="=cmd()", is_signed=True)


def test_a_row_has_the_decision_and_its_reason_and_counts_what_came_again():
    [row] = rows(
        ALERT,
        EventRepeated(event="EV-2026-0001", is_firing=True, count=4),
        EventJudged(event="EV-2026-0001", is_incident=False, reason="A planned test"),
        by=BEN,
    )

    assert (row["judgement"], row["reason"], row["judged_by"], row["count"]) == (
        "no incident",
        "A planned test",
        BEN,
        5,
    )
    assert (row["source"], row["signed"]) == ("noc", True)
    assert set(row) <= set(COLUMNS)


def test_requests_that_were_rejected_have_a_row_of_their_own():
    [row] = rows(EventRejected(source="noc", why="signature", count=3, payload_sha256="a" * 64))

    assert (row["judgement"], row["reason"], row["count"]) == ("rejected", "signature", 3)


def test_no_cell_of_the_csv_is_a_formula():
    [row] = rows(ALERT)

    assert event_list._cell(row["text"]) == "'=cmd()"
