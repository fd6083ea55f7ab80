"""What holds after any sequence of facts that the rules allow: each named, each checked on every prefix that matters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.entry import Entry, join, split
from incident.fold.fold import apply, fold
from incident.model.incident import Incident
from incident.model.state_transitions import MAY_FOLLOW, may_follow
from incident.report.incident_metrics import metrics
from incident.rules.closure_criteria import unmet
from incident.states import State
from roles.role_names import SINGLE, Role
from tests.support.entry_chains import Chain, but_for_words
from tests.support.played_chains import chains
from tests.support.policies import two_service_policy


def single_roles_have_one_holder(incident: Incident) -> bool:
    return all(len(incident.holders(role)) <= 1 for role in SINGLE)


def intervals_never_run_backwards(incident: Incident) -> bool:
    return all(i.until is None or i.since <= i.until for i in incident.roles)


def single_role_intervals_never_overlap(incident: Incident) -> bool:
    for role in SINGLE:
        held = sorted((i for i in incident.roles if i.role == role), key=lambda i: (i.since, i.until is None, i.until))
        for one, other in itertools.pairwise(held):
            if one.until is None or one.until > other.since:
                return False
    return True


def offers_come_from_holders_and_one_per_role(incident: Incident) -> bool:
    offered = [o.role for o in incident.offers]
    return len(set(offered)) == len(offered) and all(o.from_who in incident.holders(o.role) for o in incident.offers)


def one_state_of_updates_per_audience(incident: Incident) -> bool:
    named = [a.audience for a in incident.audiences]
    return len(set(named)) == len(named)


def open_slots_belong_to_audiences_not_on_hold(incident: Incident) -> bool:
    return all(a.ever_owed and not a.held for a in incident.audiences if a.open)


def ordinary_slots_are_open_only_while_the_incident_runs(incident: Incident) -> bool:
    runs = {State.TRIAGED, State.ACTIVE, State.MITIGATED, State.RESTORED}
    return incident.state in runs or all(a.open.final for a in incident.audiences if a.open)


def judged_slots_carry_the_time_that_proves_them(incident: Incident) -> bool:
    slots = [slot for a in incident.audiences for slot in a.slots]
    in_time = all(s.update_at is not None and s.update_at <= s.missed_after for s in slots if s.status != "missed")
    return in_time and all(s.update_at is None for s in slots if s.status == "missed")


def history_is_a_path_of_the_lifecycle(incident: Incident) -> bool:
    path = [None, *(s.new for s in incident.states)]
    follows = all(may_follow(old, new) for old, new in itertools.pairwise(path))
    return follows and [s.old for s in incident.states] == path[:-1] and incident.state == path[-1]


def what_is_over_has_no_role_no_offer_and_no_ordinary_slot(incident: Incident) -> bool:
    if not incident.is_over:
        return True
    ended = all(i.until is not None for i in incident.roles) and not incident.offers
    left = [a.open for a in incident.audiences if a.open]
    return ended and (all(slot.final for slot in left) if incident.state == State.CLOSED else not left)


def only_the_last_episode_is_open(incident: Incident) -> bool:
    closed = [e.restored_at is not None for e in incident.episodes]
    is_back = incident.state in {State.RESTORED, State.RESOLVED, State.CLOSED}
    return all(closed[:-1]) and (not is_back or closed[-1])


def restored_is_known_exactly_when_the_last_episode_ended(incident: Incident) -> bool:
    return incident.times.restored_at == incident.episodes[-1].restored_at


def gaps_have_no_commander_in_them(incident: Incident) -> bool:
    commanders = [i for i in incident.roles if i.role == Role.COMMANDER and i.until != i.since]
    return not any(
        (g.until is None or i.since < g.until) and (i.until is None or g.since < i.until)
        for g in incident.commander_gaps
        for i in commanders
    )


INVARIANTS = [
    single_roles_have_one_holder,
    intervals_never_run_backwards,
    single_role_intervals_never_overlap,
    offers_come_from_holders_and_one_per_role,
    one_state_of_updates_per_audience,
    open_slots_belong_to_audiences_not_on_hold,
    ordinary_slots_are_open_only_while_the_incident_runs,
    judged_slots_carry_the_time_that_proves_them,
    history_is_a_path_of_the_lifecycle,
    what_is_over_has_no_role_no_offer_and_no_ordinary_slot,
    only_the_last_episode_is_open,
    restored_is_known_exactly_when_the_last_episode_ended,
    gaps_have_no_commander_in_them,
]


@settings(max_examples=150)
@given(chains)
def test_every_invariant_holds_after_every_entry(chain):
    incident = None
    broken = set()
    for n, entry in enumerate(chain.entries, start=1):
        incident = apply(incident, entry)
        together = n == len(chain.entries) or chain.entries[n].recorded_at != entry.recorded_at
        broken |= {rule.__name__ for rule in INVARIANTS if together and not rule(incident)}
        assert incident.n == n
    assert broken == set()


@settings(max_examples=60)
@given(chains, st.data())
def test_folding_a_beginning_and_then_the_rest_is_folding_all(chain, data):
    cut = data.draw(st.integers(1, len(chain.entries)))
    incident = fold(chain.entries[:cut])
    for entry in chain.entries[cut:]:
        incident = apply(incident, entry)
    assert incident == fold(chain.entries)


def redacted(entry: Entry) -> Entry:
    facts, _ = split(entry.fact)
    return entry.model_copy(update={"fact": join(type(entry.fact), facts, None), "redacted": True})


@settings(max_examples=60)
@given(chains, st.data())
def test_redacting_any_entry_changes_no_state_but_words(chain, data):
    place = data.draw(st.integers(0, len(chain.entries) - 1))
    wordless = [redacted(e) if n == place else e for n, e in enumerate(chain.entries)]

    found = fold(wordless)

    assert but_for_words(found) == but_for_words(chain.now)
    assert metrics(found) == metrics(chain.now)
    assert unmet(found, two_service_policy()) == unmet(chain.now, two_service_policy())


@settings(max_examples=40)
@given(chains)
def test_the_folded_incident_is_valid_and_survives_being_stored(chain):
    assert Incident.model_validate_json(chain.now.model_dump_json()) == chain.now


@settings(max_examples=40)
@given(chains, st.integers(0, 300))
def test_letting_time_pass_in_one_step_or_in_many_records_the_same(chain, wait):
    now = (chain.now.last_entry_at - chain.entries[0].recorded_at).total_seconds() / 60
    at_once, bit_by_bit = _again(chain), _again(chain)

    at_once.tick(now + wait)
    for minute in range(wait + 1):
        bit_by_bit.tick(now + minute)

    facts = [[(e.fact, e.occurred_at) for e in one.entries] for one in (at_once, bit_by_bit)]
    assert facts[0] == facts[1]


def _again(chain: Chain) -> Chain:
    copy = Chain()
    copy.entries, copy.incident = list(chain.entries), chain.now
    return copy


@pytest.mark.parametrize("state", State)
def test_an_ended_drill_alone_is_a_dead_end(state):
    dead = state is State.DRILL_ENDED
    assert (not MAY_FOLLOW[state]) == dead
