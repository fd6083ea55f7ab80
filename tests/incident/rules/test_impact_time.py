"""How long users were affected counts from the start where it is known, and is not known where the times disagree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.entries.lifecycle import Acknowledged, Reopened, TimeSet
from incident.report.incident_metrics import metrics
from incident.rules.impact_time import impact
from incident.states import Priority, State
from tests.support.clock import T
from tests.support.entry_chains import Chain, moved

ACTIVE, RESTORED, RESOLVED = State.ACTIVE, State.RESTORED, State.RESOLVED


def restored(at: float = 34, **changes: object) -> Chain:
    chain = Chain(Priority.P2, **changes)  # type: ignore[arg-type]
    chain.move(ACTIVE, RESTORED, at=at)
    return chain


def set_time(chain: Chain, field: str, minute: float, at: float = 60) -> None:
    chain.add(TimeSet.model_validate({"field": field, "at": T(minute), "basis": "the graph"}), at=at)


def test_harm_counts_from_the_start_and_the_target_from_detection():
    chain = restored(started_at=T(-10), detected_at=T(-2))

    assert (impact(chain.now).since, impact(chain.now).total_s) == (T(-10), 44 * 60)
    assert not impact(chain.now).is_detection
    assert metrics(chain.now).time_to_restore_s == 36 * 60


def test_a_start_told_afterwards_moves_the_harm():
    chain = restored(started_at=None, detected_at=T(-2))
    assert (impact(chain.now).total_s, impact(chain.now).is_detection) == (36 * 60, True)

    set_time(chain, "started_at", -10)

    assert (impact(chain.now).total_s, impact(chain.now).is_detection) == (44 * 60, False)


def test_harm_that_goes_on_is_measured_up_to_now():
    harm = impact(Chain(Priority.P2, started_at=T(-10)).now)

    assert (harm.until, harm.total_s, harm.lasting(T(5))) == (None, None, timedelta(minutes=15))


def test_the_harm_of_all_episodes_is_added_up():
    chain = restored(started_at=T(-10))
    chain.move(RESOLVED, at=40)
    chain.add(Reopened(reason="back", recurrence_at=T(95), from_state=RESOLVED), at=100)
    chain.move(ACTIVE, at=100)

    harm = impact(chain.now)
    assert (harm.episodes, harm.since, harm.before) == (2, T(95), timedelta(minutes=44))
    assert harm.lasting(T(105)) == timedelta(minutes=54)


def test_an_episode_that_begins_before_the_last_one_ended_has_no_length():
    chain = restored(started_at=T(-10))
    chain.move(RESOLVED, at=40)
    chain.add(Reopened(reason="back", recurrence_at=T(20), from_state=RESOLVED), at=100)
    chain.move(ACTIVE, at=100)

    assert impact(chain.now).lasting(T(105)) is None


@pytest.mark.parametrize(
    ("field", "minute", "wrong"),
    [
        ("restored_at", -30, ("detected_at", "restored_at")),
        ("started_at", 50, ("started_at", "detected_at")),
        ("mitigated_at", 50, ("mitigated_at", "restored_at")),
        ("mitigated_at", -30, ("started_at", "mitigated_at")),
    ],
)
def test_no_length_is_known_while_times_disagree_and_no_target_is_met(field, minute, wrong):
    chain = restored(started_at=T(-10), detected_at=T(-5))

    set_time(chain, field, minute)

    assert wrong in chain.now.times.out_of_order
    assert (impact(chain.now).total_s, impact(chain.now).lasting(T(60))) == (None, None)
    found = metrics(chain.now).model_dump()
    assert all(found[name] is None or found[name] >= 0 for name in found)
    assert (found["time_to_restore_s"], found["restore_target_met"]) == (None, None)


def test_a_mitigation_that_no_one_reported_moves_with_the_restoration():
    chain = restored(started_at=T(-10))

    set_time(chain, "restored_at", 20)

    assert (chain.now.times.mitigated_at, chain.now.times.out_of_order) == (T(20), ())
    assert impact(chain.now).total_s == 30 * 60


def test_a_detection_after_the_declaration_is_no_length_either():
    chain = restored(started_at=T(-10), detected_at=T(-5))

    set_time(chain, "detected_at", 5)

    assert chain.now.times.out_of_order == (("detected_at", "logged_at"),)
    assert (impact(chain.now).total_s, metrics(chain.now).restore_target_met) == (None, None)


def test_an_acknowledgement_told_from_before_the_declaration_has_no_negative_time():
    chain = Chain(Priority.P2)
    chain.add(Acknowledged(), moved(State.TRIAGED, ACTIVE), at=5, occurred=-3)
    assert chain.now.times.acknowledged_at == T(-3)

    assert metrics(chain.now).time_to_ack_s is None
