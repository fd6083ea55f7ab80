"""The lifecycle over its whole grid: every state against every state, every act against every state."""

from __future__ import annotations

import pytest

from incident.model.state_transitions import MAY_FOLLOW, may_follow, refusal_to
from incident.states import VOID, State
from tests.support.entry_chains import Chain

LOGGED, TRIAGED, ACTIVE, MITIGATED, RESTORED, RESOLVED, CLOSED = list(State)[:7]
ENDED = State.DRILL_ENDED
ANY = frozenset(State)
NOT_OVER = ANY - VOID - {CLOSED, ENDED}

ALLOWED_FROM = {
    "ack": NOT_OVER,
    "set_priority": NOT_OVER,
    "take": NOT_OVER,
    "assign": NOT_OVER,
    "handover": NOT_OVER,
    "accept": NOT_OVER,
    "release": NOT_OVER,
    "declare_major": NOT_OVER,
    "mitigated": {ACTIVE},
    "restored": {ACTIVE, MITIGATED},
    "regress": {MITIGATED, RESTORED},
    "resolve": {RESTORED},
    "close": {RESOLVED},
    "reopen": {RESOLVED, CLOSED} | VOID,
    "void": {LOGGED, TRIAGED, ACTIVE},
    "declare": frozenset(),
    "note": ANY,
    "decide": ANY,
    "update": ANY,
    "validate": ANY,
    "set_category": ANY,
    "reclassify": ANY,
    "confirm": ANY,
    "tempfix": ANY,
    "link": ANY,
    "pir": ANY,
}

MOVES = {
    None: {LOGGED},
    LOGGED: VOID | {TRIAGED, ENDED},
    TRIAGED: VOID | {ACTIVE, ENDED},
    ACTIVE: VOID | {MITIGATED, RESTORED, ENDED},
    MITIGATED: {ACTIVE, RESTORED, ENDED},
    RESTORED: {ACTIVE, RESOLVED, ENDED},
    RESOLVED: {ACTIVE, CLOSED, ENDED},
    CLOSED: {ACTIVE},
    **{state: {ACTIVE} for state in VOID},
}


def an_incident(state, **changes):
    return Chain(major=False).now.model_copy(update={"state": state, **changes})


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("intent", ALLOWED_FROM)
def test_an_act_is_refused_in_exactly_the_states_that_forbid_it(intent, state):
    assert (refusal_to(intent, an_incident(state)) is None) == (state in ALLOWED_FROM[intent])


@pytest.mark.parametrize("new", State)
@pytest.mark.parametrize("old", [None, *State])
def test_a_state_follows_another_only_as_the_lifecycle_allows(old, new):
    assert may_follow(old, new) == (new in MOVES.get(old, ()))


def test_every_state_can_be_reached_and_none_is_forgotten():
    assert set(MAY_FOLLOW) == {None, *State}
    assert frozenset.union(*MAY_FOLLOW.values()) == set(State)


def test_major_twice_is_refused():
    assert refusal_to("declare_major", an_incident(ACTIVE, major=True)) == "already_major"


def test_a_resolution_is_amended_only_when_there_is_one():
    assert refusal_to("amend_resolution", an_incident(RESOLVED)) == "nothing_resolved"


@pytest.mark.parametrize("intent", ["inject", "end_drill"])
def test_a_drill_is_led_only_while_it_runs(intent):
    assert refusal_to(intent, an_incident(ACTIVE, drill=False)) == "no_drill"
    assert refusal_to(intent, an_incident(ACTIVE, drill=True)) is None
    assert refusal_to(intent, an_incident(ENDED, drill=True)) == "no_drill"
