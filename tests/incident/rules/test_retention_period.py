"""How long an incident is kept: by type, from its end, and for ever under legal hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incident.model.components import StateItem
from incident.rules.retention_period import later_by, shortest, term_of
from incident.states import State
from tests.support.handmade_incidents import ILSE, an_incident
from tests.support.policies import small_policy

END = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
POLICY = small_policy()


def ended(state: State = State.CLOSED, **changes):
    item = StateItem(at=END, old=State.RESOLVED, new=state, by=ILSE)
    return an_incident(state, states=(item,), **changes)


@pytest.mark.parametrize("state", [State.CLOSED, State.VOID_DUPLICATE, State.DRILL_ENDED])
def test_what_ended_is_kept_for_three_years(state):
    term = term_of(ended(state), POLICY)

    assert term is not None
    assert (term.ended_at, term.years, term.kept_until) == (END, 3, END.replace(year=2029))


def test_security_is_kept_for_six():
    term = term_of(ended(type="security"), POLICY)

    assert term is not None
    assert (term.years, term.kept_until) == (6, END.replace(year=2032))


def test_what_is_not_over_or_under_legal_hold_is_kept_for_ever():
    for incident in (an_incident(State.RESOLVED), ended(preserved=True)):
        assert term_of(incident, POLICY) is None


@pytest.mark.parametrize("retention", [{}, {"default": None}, {"security": 6}, {"default": 3, "it": None}])
def test_what_the_policy_keeps_for_ever_or_does_not_name_is_kept(retention):
    assert term_of(ended(), small_policy(retention=retention)) is None


def test_the_shortest_term_is_that_of_any_type():
    assert shortest(POLICY) == 3
    assert shortest(small_policy(retention={"default": None, "security": 6})) == 6
    assert shortest(small_policy(retention={"default": None})) is None


def test_a_leap_day_has_its_anniversary_on_the_first_of_march():
    leap = datetime(2028, 2, 29, 1, 2, tzinfo=UTC)

    assert later_by(leap, 3) == datetime(2031, 3, 1, 1, 2, tzinfo=UTC)
    assert later_by(leap, 4) == leap.replace(year=2032)
