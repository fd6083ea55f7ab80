"""One person alone takes an incident of every priority from declared to closed, and meets no refusal on the way."""

from __future__ import annotations

from typing import Any

import pytest

from incident.states import Priority, State
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import shipped_policy

LEVELS = {Priority.P1: (1, 1), Priority.P2: (1, 2), Priority.P3: (1, 3), Priority.P4: (2, 3), Priority.P5: (3, 3)}


@pytest.mark.parametrize("priority", LEVELS)
def test_one_person_alone_closes_an_incident_of_every_priority(priority: Priority):
    impact, urgency = LEVELS[priority]
    bench = CommandBench(policy=shipped_policy()).declared(impact=impact, urgency=urgency)
    minute = iter(range(1, 60))

    def do(verb: str, **form: Any) -> None:
        outcome = bench.do(verb, "eva", next(minute), form=form)
        assert not outcome.is_refused, (verb, outcome)

    assert bench.incident.priority is priority
    do("take", role="commander")
    do("restored", text="the graph is back to its usual shape")
    do("validate", criterion="monitoring_verified", evidence="errors at 0.1 percent for ten minutes")
    do("validate", criterion="service_owner_confirmed", evidence="checkout pays again")
    do("resolve", how="fix", text="The release of this morning is rolled back.")
    do("confirm")
    do("time", field="started_at", at=T(-4).isoformat(), basis="the error log")
    do("link", kind="problem", ref="PRB-1")
    for state in bench.incident.audiences:
        if state.ever_owed:
            do("update", audience=[state.audience.value], text="All payments go through.", final=True)
    if bench.incident.major:
        do("review", owner=who("eva"), at=T(24 * 60).isoformat())
    do("close")

    assert bench.incident.state is State.CLOSED
