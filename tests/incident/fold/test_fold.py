"""The fold: milestones, episodes and metrics, what a reopening clears, what a backfill dates, and broken order."""

from __future__ import annotations

from typing import ClassVar, get_type_hints

import pytest

from incident.entries import KINDS
from incident.entries.classification import CategoryChanged, Confirmed, Reclassified
from incident.entries.closure import ClosureRefused, Refused, Validated
from incident.entries.conversation import (
    ActionDone,
    ActionOpened,
    DecisionMade,
    Joined,
    Left,
    MessagePinned,
    MessagePosted,
    PinRemoved,
)
from incident.entries.delivery import ChannelMade, PromptDue, PromptPutOff, PromptSent
from incident.entries.lifecycle import Acknowledged, Declared, Reopened, TimeSet
from incident.entries.restoration import Contained, ResolutionAmended, Resolved
from incident.entry import Fact, IncidentKey
from incident.fold import fold as folding
from incident.fold.aggregate_fold import BrokenOrderError, MissingHandlerError
from incident.fold.fold import RunningIncidentFold, apply, fold, handler_of, handlers
from incident.medium import Medium
from incident.model.incident import Incident
from incident.report.incident_metrics import metrics
from incident.states import Priority, State
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, KEY, Chain

ACTIVE, MITIGATED, RESTORED, RESOLVED, CLOSED = (
    State.ACTIVE,
    State.MITIGATED,
    State.RESTORED,
    State.RESOLVED,
    State.CLOSED,
)
GOOD = Resolved(how="fix", text="rolled back the release that broke it", meets_rule=True)


def reopened(chain, at, recurrence=None, occurred=None):
    back = Reopened(
        reason="back", recurrence_at=None if recurrence is None else T(recurrence), from_state=chain.now.state
    )
    chain.add(back, at=at, occurred=occurred)
    chain.move(ACTIVE, at=at)


def episodes(chain):
    return [(e.start, e.restored_at) for e in chain.now.episodes]


def test_every_kind_of_fact_has_its_handler_or_says_that_it_changes_nothing():
    folded = {kind for (kind, _), fact in KINDS.items() if fact.is_folded}
    assert set(handlers()) | {Declared.kind} == folded
    assert len(handlers()) > 50


def test_a_handler_takes_the_fact_of_its_own_kind():
    taken = {kind: get_type_hints(handler)["fact"] for kind, handler in handlers().items()}
    assert taken == {kind: fact for (kind, _), fact in KINDS.items() if kind in taken}


class Unheard(Fact):
    """A fact without a handler."""

    kind: ClassVar[str] = "unheard"
    __module__ = "incident.entries.closure"


class Silent(Unheard):
    """A fact that says that it changes nothing."""

    kind: ClassVar[str] = "silent"
    __module__ = "incident.entries.closure"
    is_folded: ClassVar[bool] = False


class Contradicted(Silent):
    """A fact that says that it changes nothing, and has a handler."""

    kind: ClassVar[str] = "validated"
    __module__ = "incident.entries.closure"


@pytest.mark.parametrize("fact", [Unheard, Contradicted])
def test_a_fact_with_neither_a_handler_nor_a_word_that_it_changes_nothing_is_named(fact):
    with pytest.raises(MissingHandlerError, match=rf"{fact.__name__}: write {fact.kind}\(\) in incident/fold/closure"):
        handler_of(fact)
    assert handler_of(Silent) is None


def test_restored_sets_the_mitigated_time_only_when_there_is_none():
    straight, mitigated = Chain(), Chain()
    straight.move(ACTIVE, RESTORED, at=10)
    mitigated.move(ACTIVE, MITIGATED, at=5)
    mitigated.move(RESTORED, at=10)
    assert straight.now.times.mitigated_at == T(10)
    assert mitigated.now.times.mitigated_at == T(5)


def test_each_mitigation_sets_the_time_again_and_regress_leaves_it():
    chain = Chain()
    chain.move(ACTIVE, MITIGATED, at=5)
    chain.move(ACTIVE, at=6)
    assert chain.now.times.mitigated_at == T(5)
    chain.move(MITIGATED, at=9)
    assert chain.now.times.mitigated_at == T(9)


def test_regress_from_restored_begins_an_episode_and_from_mitigated_does_not():
    chain = Chain()
    chain.move(ACTIVE, MITIGATED, at=5)
    chain.move(ACTIVE, at=6)
    assert episodes(chain) == [(T(-5), None)]
    chain.move(RESTORED, at=10)
    chain.move(ACTIVE, at=20)
    assert episodes(chain) == [(T(-5), T(10)), (T(20), None)]
    assert chain.now.times.restored_at is None


def test_reopen_clears_what_closing_proved_and_keeps_what_was_learned():
    chain = Chain()
    chain.move(ACTIVE, RESTORED, at=10)
    chain.add(Confirmed(category=True, priority=True), GOOD, at=11)
    chain.move(RESOLVED, CLOSED, at=12)
    reopened(chain, 30, recurrence=25)

    now = chain.now
    assert (now.times.restored_at, now.times.resolved_at, now.times.closed_at) == (None, None, None)
    assert (now.times.mitigated_at, now.times.reopened_at) == (T(10), T(30))
    assert (now.resolution, now.category_confirmed, now.priority_confirmed) == (None, False, False)
    assert episodes(chain) == [(T(-5), T(10)), (T(25), None)]
    assert [a.accepted for a in now.closure_attempts] == [True]


def test_the_episode_of_a_backfilled_reopening_begins_when_it_happened():
    chain = Chain()
    chain.move(ACTIVE, RESTORED, RESOLVED, at=10)
    reopened(chain, 30, occurred=22)
    assert chain.now.episodes[-1].start == T(22)
    assert (chain.now.reopens[-1].recurrence_at, chain.now.reopens[-1].since) == (None, T(22))
    assert chain.now.times.reopened_at == T(30)


def test_metrics_are_whole_seconds_over_all_episodes():
    chain = Chain(Priority.P2)
    chain.add(Acknowledged(), at=2)
    chain.move(ACTIVE, RESTORED, at=10)
    chain.move(ACTIVE, at=20)
    assert metrics(chain.now).time_to_restore_s is None
    chain.move(RESTORED, at=25)
    assert metrics(chain.now).model_dump() == {
        "time_to_detect_s": 300,
        "log_latency_s": 300,
        "time_to_ack_s": 120,
        "time_to_mitigate_s": 900,
        "time_to_restore_s": 15 * 60 + 5 * 60,
        "restore_target_met": True,
        "episodes": 2,
        "reopened": 0,
    }


def test_the_target_is_that_of_the_priority_held_last():
    chain = Chain(Priority.P4)
    chain.move(ACTIVE, RESTORED, at=241)
    assert metrics(chain.now).restore_target_met is True
    chain.prioritise(Priority.P1, at=242)
    assert metrics(chain.now).restore_target_met is False


def test_unknown_times_give_no_metric():
    chain = Chain(started_at=None)
    found = metrics(chain.now)
    assert (found.time_to_detect_s, found.time_to_ack_s, found.time_to_restore_s) == (None, None, None)
    assert found.restore_target_met is None


def test_set_time_moves_the_first_start_and_the_last_end():
    chain = Chain()
    chain.move(ACTIVE, RESTORED, at=10)
    chain.move(ACTIVE, at=20)
    chain.move(RESTORED, at=30)
    chain.add(TimeSet(field="detected_at", at=T(-8), basis="log"), at=31)
    chain.add(TimeSet(field="restored_at", at=T(28), basis="log"), at=32)
    assert episodes(chain) == [(T(-8), T(10)), (T(20), T(28))]
    assert chain.now.times.restored_at == T(28)


def test_histories_keep_when_recorded_and_gain_when_it_took_effect():
    chain = Chain()
    chain.move(ACTIVE, at=10, occurred=6)
    chain.add(Contained(term="short", text="blocked"), at=11, occurred=7)
    chain.add(Validated(criterion="user_confirmed", evidence="works"), at=12)
    assert (chain.now.states[-1].at, chain.now.states[-1].effective_at) == (T(10), T(6))
    assert (chain.now.containment[0].at, chain.now.containment[0].effective_at) == (T(11), T(7))
    assert chain.now.validations[0].effective_at is None


def test_backfilled_milestones_take_the_time_they_happened():
    chain = Chain()
    chain.move(ACTIVE, at=10)
    chain.move(MITIGATED, at=20, occurred=15)
    chain.move(RESTORED, at=30, occurred=25)
    chain.move(RESOLVED, at=40, occurred=35)
    chain.move(CLOSED, at=50, occurred=45)
    times = chain.now.times
    assert (times.mitigated_at, times.restored_at, times.resolved_at, times.closed_at) == (T(15), T(25), T(35), T(50))


def test_an_amended_resolution_keeps_who_resolved_it_and_every_earlier_text():
    chain = Chain()
    chain.add(GOOD, at=10, by=ADA)
    chain.add(ResolutionAmended(text="better", meets_rule=False), at=11, by=BEN)
    chain.add(ResolutionAmended(text="best", meets_rule=True), at=12, by=BEN)
    found = chain.now.resolution
    assert (found.text, found.by, found.at) == ("best", ADA, T(10))
    assert [s.text for s in found.earlier] == [GOOD.text, "better"]


def test_a_later_category_or_type_stands_and_the_histories_keep_the_first():
    chain = Chain()
    chain.add(CategoryChanged(category="Database", subcategory="Pool", reason="it was"), at=5)
    chain.add(Reclassified(old="it", type="security", reason="a token was stolen", restricted=True), at=6)
    chain.add(Reclassified(old="security", type="it", reason="it was not stolen"), at=7)
    assert [c.category for c in chain.now.categories] == ["Application", "Database"]
    assert [t.type for t in chain.now.types] == ["it", "security", "it"]
    assert chain.now.restricted is True


def test_actions_count_from_when_they_were_given_to_when_they_were_done():
    chain = Chain()
    chain.add(ActionOpened(id="A1", text="drain", assignee=BEN, due_at=T(30)), at=10, occurred=8)
    chain.add(ActionDone(id="A1", result="drained"), at=25, occurred=24)
    action = chain.now.actions[0]
    assert (action.opened_at, action.done_at) == (T(8), T(24))


def test_a_promoted_message_stays_promoted_when_the_mark_is_removed():
    chain = Chain()
    chain.add(MessagePinned(channel="C1", ts="1.0", author=BEN, text="look"), at=5)
    chain.add(DecisionMade(id="D1", text="roll back", channel="C1", ts="2.0"), at=6)
    chain.add(PinRemoved(channel="C1", ts="1.0"), at=7)
    assert [(p.ts, p.unpinned) for p in chain.now.promotions] == [("1.0", True), ("2.0", False)]
    assert chain.now.decisions == 1


def test_a_person_who_acted_was_active_also_when_refused_and_muster_never_is():
    chain = Chain()
    chain.add(MessagePosted(channel="C1", ts="1.0", author=BEN, text="hi"), at=20, occurred=4, by=BEN)
    assert {s.who: s.at for s in chain.now.last_seen} == {ADA: T(0), BEN: T(4)}
    chain.add(Refused(verb="close", intent="close", code="E_STATE"), at=21, by=BEN)
    assert {s.who: s.at for s in chain.now.last_seen} == {ADA: T(0), BEN: T(21)}
    chain.tick(300)
    assert MUSTER not in {s.who for s in chain.now.last_seen}


def test_a_refused_closing_changes_nothing_but_the_attempts():
    chain = Chain()
    before = chain.now
    chain.add(ClosureRefused(missing=("RESOLUTION",)), at=5)
    after = chain.now.model_copy(
        update={
            "closure_attempts": (),
            "n": before.n,
            "last_entry_at": before.last_entry_at,
            "last_seen": before.last_seen,
        }
    )
    assert after == before
    assert chain.now.closure_attempts[0].missing == ("RESOLUTION",)


def test_the_channel_knows_its_members():
    chain = Chain()
    chain.add(ChannelMade(channel="C9", name="inc-1"), at=1, by=MUSTER)
    chain.add(Joined(channel="C9", who=BEN), at=2, by=BEN)
    chain.add(Joined(channel="C5", who=ADA), at=2, by=ADA)
    assert chain.now.members == (BEN,)
    chain.add(Left(channel="C9", who=BEN), at=3, by=BEN)
    assert chain.now.members == ()


def test_a_prompt_is_kept_by_what_it_is_about():
    chain = Chain()
    chain.add(PromptDue(due="commander", ask="take", asked=(ADA,), due_at=T(1)), at=1, by=MUSTER)
    first = chain.now.n
    chain.add(PromptSent(prompt=first, medium=Medium.SLACK, ref="C1:3.0"), at=1, by=MUSTER)
    chain.add(PromptPutOff(due="commander", until=T(20)), at=2)
    assert [(p.due, p.ts, p.until) for p in chain.now.prompted] == [("commander", "3.0", T(20))]


def test_folding_in_two_parts_is_folding_at_once():
    chain = Chain(Priority.P1)
    chain.tick(200)
    assert fold(chain.entries) == chain.now


def test_the_folded_incident_is_a_valid_one():
    chain = Chain(Priority.P1)
    chain.move(ACTIVE, MITIGATED, RESTORED, at=10)
    assert Incident.model_validate_json(chain.now.model_dump_json()) == chain.now


@pytest.mark.parametrize("wrong", ["gap", "repeat", "foreign"])
def test_an_entry_that_does_not_follow_the_last_is_not_folded(wrong):
    chain = Chain()
    last = chain.entries[-1]
    changes = {"gap": {"n": last.n + 2}, "repeat": {}, "foreign": {"n": last.n + 1, "key": KEY._replace(id="other")}}
    with pytest.raises(BrokenOrderError):
        folding.apply(chain.now, last.model_copy(update=changes[wrong]))


def test_an_incident_begins_with_its_declaration():
    chain = Chain()
    with pytest.raises(BrokenOrderError):
        fold(chain.entries[1:])
    with pytest.raises(BrokenOrderError):
        fold([])


def test_passing_over_a_fact_that_changes_nothing_gives_what_folding_it_gives():
    chain = Chain()
    chain.add(MessagePosted(channel="C1", ts="1.0", author=ADA, text="one"), by=ADA, at=3, occurred=1)
    chain.add(ChannelMade(channel="C1", name="inc"), by=MUSTER, at=4)
    chain.add(MessagePosted(channel="C1", ts="2.0", author=BEN, text="two"), by=BEN, at=5)
    chain.add(MessagePosted(channel="C1", ts="3.0", author=ADA, text="three"), by=ADA, at=6, occurred=2)
    running, whole = RunningIncidentFold(), None
    for entry in chain.entries:
        whole = apply(whole, entry)
        if isinstance(entry.fact, MessagePosted):
            times = {"occurred_at": entry.occurred_at, "recorded_at": entry.recorded_at}
            running.pass_over(entry.fact.kind, entry.by, **times)
        else:
            running.apply(entry)

    assert running.state == whole
    assert fold(chain.entries) == whole


def test_a_fact_that_changes_nothing_must_follow_the_entry_before_it_too():
    chain = Chain()
    for n in (3, 4):
        chain.add(MessagePosted(channel="C1", ts=f"{n}.0", author=ADA, text="one"), by=ADA, at=n)
    stray = chain.entries[-1].model_copy(update={"key": IncidentKey("T1", "another")})

    for broken in ([*chain.entries[:-2], chain.entries[-1]], [*chain.entries[:-1], stray]):
        with pytest.raises(BrokenOrderError, match="does not follow"):
            fold(broken)


def test_an_incident_does_not_begin_with_a_fact_that_is_passed_over():
    with pytest.raises(BrokenOrderError, match="starts with its declaration, not with message_posted"):
        RunningIncidentFold().pass_over("message_posted", ADA, occurred_at=T(0), recorded_at=T(0))
