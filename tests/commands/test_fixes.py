"""Overdue temporary fixes are listed, also those of closed incidents, to those who may see them."""

from __future__ import annotations

from commands.fixes import MOST_READ
from incident.entry import IncidentKey
from tests.support.after_bench import closed_bench
from tests.support.clock import T
from tests.support.command_bench import TEAM, who
from tests.support.handmade_incidents import an_incident

DAY = 24 * 60


def test_an_overdue_fix_of_a_closed_incident_is_listed_until_it_is_removed():
    bench = closed_bench()
    for n, days in ((1, 3), (2, 2), (3, 90)):
        form = {"form": "add", "text": f"Restart {n}", "owner": who("rob"), "remove_by": T(days * DAY).isoformat()}
        assert bench.do("tempfix", "rob", 50 + n, form=form).code is None
    bench.do("fixes", "eva", DAY)
    early = bench.answer()
    bench.do("fixes", "eva", 4 * DAY)
    listed = bench.answer().splitlines()
    bench.do("tempfix", "rob", 4 * DAY, form={"form": "removed", "id": "TF1", "text": "the cause is gone"})
    bench.do("fixes", "eva", 4 * DAY + 1)

    assert early == "No temporary fix is overdue."
    assert [line.split("*")[1] for line in listed[:2]] == ["INC-2026-0001 TF2", "INC-2026-0001 TF1"]
    assert "closed" in listed[0]
    assert len(listed) == 3
    assert "TF1" not in bench.answer()


def test_a_fix_of_a_restricted_incident_is_listed_to_no_outsider():
    bench = closed_bench()
    form = {"form": "add", "text": "Restart", "owner": who("rob"), "remove_by": T(DAY).isoformat()}
    bench.do("tempfix", "rob", 50, form=form)
    hidden = bench.incident.model_copy(update={"restricted": True})
    bench.memory.transact(lambda unit: unit.project(hidden))
    bench.do("fixes", "clerk", 2 * DAY)

    assert bench.answer() == "No temporary fix is overdue."


def test_a_list_of_which_not_every_incident_was_looked_at_says_so():
    bench = closed_bench()
    for n in range(MOST_READ):
        other = an_incident(number=f"INC-2026-{n + 100:04}", key=IncidentKey(TEAM, f"01J{n:03}"))
        bench.memory.transact(lambda unit, other=other: unit.project(other))
    bench.do("fixes", "eva", 60)

    assert f"Only the newest {MOST_READ} incidents were looked at" in bench.answer()
