"""The agenda has the draft of the review with entry numbers, what was written, and what is to be done."""

from __future__ import annotations

import re

from incident.entries.status_updates import UpdateMissed
from tests.support.after_bench import REVIEW, closed_bench
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who

LACKS = ("The record does not say.", "The record has no decision.", "No one acknowledged it.")


def test_every_line_of_the_draft_names_its_entry_but_for_what_the_record_lacks():
    bench = closed_bench()
    missed = UpdateMissed(audience="exec", due_at=T(40))
    bench.note(bench.key, missed)
    bench.do("agenda", "eva", 60)
    lines = [line for line in bench.answer().splitlines() if line.startswith("•")]

    numbers = {entry.n for entry in bench.entries()}
    assert len(lines) > 6
    assert "&lt;" not in bench.answer()
    lacking = [line for line in lines if any(one in line for one in LACKS)]
    assert lacking
    assert not any("[E" in line for line in lacking)
    lines = [line for line in lines if line not in lacking]
    assert all((found := re.findall(r"\[E(\d+)\]", line)) and {int(n) for n in found} <= numbers for line in lines)


def test_the_agenda_shows_what_was_written_and_is_to_be_done():
    bench = closed_bench()
    bench.do("review", "eva", 50, what="held")
    bench.do("review", "eva", 51, what="write", **REVIEW)
    bench.do(
        "lesson", "eva", 52, target="awareness", owner=who("eva"), due=T(9000).isoformat(), text="Renew by machine"
    )
    bench.do("cap", "eva", 53, what="add", owner=who("eva"), text="Alert on lag")

    bench.do("agenda", "eva", 60)
    read = bench.answer()
    assert all(
        one in read
        for one in (
            "*Review* held",
            "The cache was cold (E4)",
            "L1 (training and awareness): Renew by machine",
            "CA1: Alert on lag",
        )
    )


def test_the_agenda_of_an_incident_without_a_review_says_how_to_schedule_it():
    bench = CommandBench().declared()
    bench.do("agenda", at=1)

    assert "`/incident review @owner friday 10:00`" in bench.answer()
