"""Whatever is determined, submitted, decided and reopened: a clock starts once, never moves, and is met iff submitted in time."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incident.fold.fold import fold
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.regulated import WHY, as_legal, regulated

REGIMES = ("gdpr33", "nis2", "dora", "certin")
WHATS = (
    "aware_personal_data_breach",
    "aware_significant_incident",
    "classified_major",
    "aware_ict_incident",
    "noticed_incident",
)
REPORTS = (("gdpr33", "authority"), ("nis2", "notification"), ("dora", "initial"), ("dora", "intermediate"))

determinations = st.tuples(st.just("determine"), st.sampled_from(WHATS), st.booleans())
submissions = st.tuples(st.just("submitted"), st.sampled_from(REPORTS), st.none())
decisions = st.tuples(st.just("not_reportable"), st.sampled_from(REGIMES), st.none())
reopenings = st.tuples(st.just("reopen"), st.none(), st.none())
acts = st.tuples(st.integers(1, 3000), st.one_of(determinations, submissions, decisions, reopenings))


def act(desk: CommandBench, at: float, kind: str, subject: Any, result: bool | None) -> None:
    forms: dict[str, dict[str, Any]] = {
        "determine": {"what": subject, "result": result, "reason": WHY},
        "submitted": {"regime": (subject or ("", ""))[0], "obligation": (subject or ("", ""))[1], "ref": "R-1"},
        "not_reportable": {"regime": subject, "reason": WHY},
        "reopen": {"reason": "it was real after all"},
    }
    if kind == "reopen":
        desk.do("void", "ilse", at, form={"as_": "false_alarm", "reason": "monitoring of another service"})
    as_legal(desk, kind, at, forms[kind])


@settings(max_examples=40, deadline=None)
@given(st.lists(acts, max_size=14))
def test_a_clock_starts_once_never_moves_and_is_met_iff_submitted_by_its_due_time(script):
    desk, at, first = regulated(*REGIMES), 0, {}
    for wait, (kind, subject, result) in script:
        at += wait
        act(desk, at, kind, subject, result)
        for clock in desk.incident.clocks:
            started = (clock.trigger_at, clock.due_at, clock.internal_due_at)
            assert first.setdefault((clock.regime, clock.obligation), started) == started

    clocks = desk.incident.clocks
    assert len({(clock.regime, clock.obligation) for clock in clocks}) == len(clocks)
    for clock in clocks:
        is_in_time = clock.submitted_at is not None and clock.submitted_at <= clock.due_at
        assert (clock.status(T(at)) == "met") is is_in_time
        assert clock.trigger_at < clock.internal_due_at <= clock.due_at or clock.trigger_at == clock.due_at
    assert fold(desk.entries()).clocks == clocks
