"""The closure gate: each criterion unmet alone, what meets it, and the order in which they are named."""

from __future__ import annotations

import pytest

from incident.entries.classification import CategoryChanged, Confirmed
from incident.entries.closure import ReviewScheduled, Validated
from incident.entries.lifecycle import Reopened, TimeSet
from incident.entries.restoration import (
    Linked,
    LinkNone,
    ResolutionAmended,
    Resolved,
    TempFixAdded,
    TempFixRemoved,
    TempFixSet,
    WorkaroundFound,
)
from incident.entries.role_holders import HandoverOffered, RoleReleased, RoleTaken
from incident.entries.status_updates import UpdateDelivered, UpdatesHeld
from incident.medium import Medium
from incident.policy import ResolutionRule
from incident.rules.closure_checklist import checklist
from incident.rules.closure_criteria import criteria, text_meets, unmet
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, CUSTOMER, EXEC, INTERNAL, REGULATOR, Chain
from tests.support.policies import two_service_policy

GOOD = Resolved(how="fix", text="rolled back the release that broke it", meets_rule=True)
BOTH = Confirmed(category=True, priority=True)
LINK = Linked(link="problem", ref="PRB-1")
REVIEW = ReviewScheduled(owner=BEN, at=T(9000))
OWNER = Validated(criterion="service_owner_confirmed", evidence="owner paid once")
MONITORING = Validated(criterion="monitoring_verified", evidence="errors normal")


def missing(chain):
    """Return the codes of what closing lacks, each once, as they are recorded."""
    return list(dict.fromkeys(one.code for one in unmet(chain.now, two_service_policy())))


def lacks(chain, code):
    return [(one.needs, one.names) for one in unmet(chain.now, two_service_policy()) if one.code == code]


def closable(priority=Priority.P2, major=True, **changes):
    """Build a resolved incident that lacks nothing."""
    chain = Chain(priority, major=major, **changes)
    chain.add(RoleTaken(role=Role.COMMANDER, who=ADA), at=1)
    chain.move(State.ACTIVE, State.RESTORED, at=20)
    chain.add(MONITORING, OWNER, BOTH, LINK, REVIEW, at=21)
    for audience in (INTERNAL, EXEC, CUSTOMER):
        if chain.now.audience(audience).ever_owed:
            chain.post(audience, 22, final=True)
    chain.add(GOOD, at=23)
    chain.move(State.RESOLVED, at=23)
    return chain


def reopened(chain, at):
    chain.add(Reopened(reason="back", recurrence_at=None, from_state=chain.now.state), at=at)
    chain.move(State.ACTIVE, at=at)


def test_a_complete_record_lacks_nothing():
    assert missing(closable()) == []
    assert missing(closable(Priority.P4, major=False)) == []


def test_an_untouched_major_lacks_everything_in_the_order_of_the_record():
    chain = Chain(Priority.P1, regimes=("gdpr33",), type="third_party", started_at=None)
    chain.add(TempFixAdded(id="TF1", text="a restart", owner=None, remove_by=None), at=1)
    assert missing(chain) == [
        "RESOLUTION",
        "VALIDATION",
        "CATEGORY",
        "PRIORITY",
        "TIMELINE",
        "HANDOFFS",
        "LINKS",
        "TEMPFIX",
        "FINAL_COMMS",
        "OBLIGATIONS",
        "THIRD_PARTY",
        "PIR_SCHEDULED",
    ]


def test_each_unmet_criterion_says_what_would_meet_it():
    chain = Chain(Priority.P1)
    assert lacks(chain, "VALIDATION") == [
        ("validation_all", ("monitoring_verified",)),
        ("validation_any", ("service_owner_confirmed", "user_confirmed")),
    ]
    assert lacks(chain, "FINAL_COMMS") == [("final_update", ("internal", "exec", "customer"))]
    assert lacks(chain, "TIMELINE") == [("times", ("acknowledged_at", "restored_at", "resolved_at"))]


def test_a_criterion_names_everything_it_lacks_at_once():
    chain = Chain(Priority.P1)
    chain.add(TimeSet(field="started_at", at=T(9), basis="the graph"), at=10)
    chain.add(RoleTaken(role=Role.SCRIBE, who=ADA), at=11)
    chain.add(HandoverOffered(role=Role.SCRIBE, from_who=ADA, to=BEN, note="all of it"), at=12)

    assert [needs for needs, _ in lacks(chain, "TIMELINE")] == ["times", "times_in_order"]
    assert [needs for needs, _ in lacks(chain, "HANDOFFS")] == ["handover_pending", "no_commander"]
    items = checklist(chain.now, two_service_policy())
    assert sum(item.lacks is not None for item in items) == len(unmet(chain.now, two_service_policy()))
    assert len({item.code for item in items if item.lacks}) < sum(item.lacks is not None for item in items)


def test_a_poor_resolution_passes_only_beside_a_workaround_or_once_amended():
    chain = closable()
    chain.add(ResolutionAmended(text="fixed", meets_rule=False), at=24)
    assert missing(chain) == ["RESOLUTION"]
    chain.add(WorkaroundFound(text="restart it every hour"), at=25)
    assert missing(chain) == []


@pytest.mark.parametrize(
    ("text", "meets"),
    [("rolled back the release now", True), ("rolled back the release", False), ("x" * 25, True), (" " * 30, False)],
)
def test_a_resolution_text_says_enough_from_the_least_length_on(text, meets):
    assert text_meets(text, ResolutionRule()) is meets


@pytest.mark.parametrize("text", ["Fixed", "ok now", "DONE."])
def test_words_that_say_nothing_are_no_resolution(text):
    assert not text_meets(text, ResolutionRule(min_chars=1))


def test_evidence_from_before_the_last_restoration_does_not_count():
    chain = closable()
    reopened(chain, 100)
    chain.move(State.RESTORED, at=120)
    chain.add(MONITORING, at=121, occurred=119)
    chain.add(OWNER, at=121, occurred=120)
    needs = {one.code: one.names for one in unmet(chain.now, two_service_policy())}
    assert needs["VALIDATION"] == ("monitoring_verified",)


def test_a_restored_time_that_is_moved_moves_what_counts():
    chain = closable()
    chain.add(TimeSet(field="restored_at", at=T(21.5), basis="the graph"), at=25)
    assert missing(chain) == ["VALIDATION"]


def test_a_providers_all_clear_never_counts():
    chain = Chain(Priority.P4)
    chain.move(State.ACTIVE, State.RESTORED, at=5)
    chain.add(Validated(criterion="provider_all_clear", evidence="their page is green"), at=6)
    assert "VALIDATION" in missing(chain)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": "security"}, "security"),
        ({"type": "third_party"}, "third_party"),
        ({"type": "it"}, "it_major"),
        ({"type": "request", "major": False}, "it_minor"),
    ],
)
def test_the_first_kind_that_applies_says_what_is_validated(changes, kind):
    chain = Chain(**{"major": True, **changes})
    assert criteria(chain.now, two_service_policy()) == getattr(two_service_policy().validation, kind)


def test_a_later_change_asks_for_confirmation_again():
    chain = closable()
    chain.add(CategoryChanged(category="Database", subcategory=None, reason="it was the pool"), at=24)
    assert missing(chain) == ["CATEGORY"]
    chain.add(Confirmed(category=True, priority=False), at=25)
    chain.prioritise(Priority.P3, at=26)
    assert missing(chain) == ["PRIORITY"]


@pytest.mark.parametrize(
    ("field", "minute"),
    [("started_at", 0), ("detected_at", 21), ("detected_at", 1), ("restored_at", 24), ("mitigated_at", 21)],
)
def test_times_out_of_order_fail_the_timeline(field, minute):
    chain = closable()
    chain.add(TimeSet(field=field, at=T(minute), basis="the log"), at=30)
    assert "TIMELINE" in missing(chain)


def gap(minutes, **changes):
    chain = closable(**changes)
    reopened(chain, 100)
    chain.add(RoleTaken(role=Role.DEPUTY, who=BEN), at=100)
    chain.add(RoleReleased(role=Role.COMMANDER, who=ADA), at=101)
    chain.add(RoleTaken(role=Role.COMMANDER, who=BEN), at=101 + minutes)
    chain.move(State.RESTORED, State.RESOLVED, at=150)
    return chain


def test_a_major_fails_on_a_gap_longer_than_the_policy_allows():
    assert "HANDOFFS" not in missing(gap(10))
    assert "HANDOFFS" in missing(gap(10.1))


def test_a_minor_incident_needs_no_commander():
    chain = closable(Priority.P3, major=False)
    assert missing(chain) == []
    assert "HANDOFFS" not in missing(Chain(Priority.P3))


def test_a_pending_handover_fails_any_incident():
    chain = closable(Priority.P3, major=False)
    chain.add(HandoverOffered(role=Role.COMMANDER, from_who=ADA, to=BEN, note="take over from here please"), at=24)
    assert missing(chain) == ["HANDOFFS"]


@pytest.mark.parametrize(("priority", "needed"), [(p, p in ("P1", "P2")) for p in Priority])
def test_only_the_upper_priorities_need_a_link_or_a_reason_for_none(priority, needed):
    chain = Chain(priority)
    assert ("LINKS" in missing(chain)) is needed
    chain.add(LinkNone(reason="nothing to learn"), at=1)
    assert "LINKS" not in missing(chain)


def test_a_temporary_fix_is_settled_by_owner_and_date_or_by_removal():
    chain = closable()
    chain.add(TempFixAdded(id="TF1", text="a", owner=ADA, remove_by=None), at=24)
    chain.add(TempFixAdded(id="TF2", text="b", owner=None, remove_by=None), at=24)
    assert missing(chain) == ["TEMPFIX"]
    chain.add(TempFixSet(id="TF1", owner=ADA, remove_by=T(9000)), at=25)
    assert missing(chain) == ["TEMPFIX"]
    chain.add(TempFixRemoved(id="TF2", evidence="it is gone"), at=26)
    assert missing(chain) == []


def test_an_audience_sent_anything_needs_a_final_update_unless_on_hold():
    chain = closable()
    chain.post(REGULATOR, 24)
    assert missing(chain) == ["FINAL_COMMS"]
    chain.add(UpdatesHeld(audience=REGULATOR, reason="counsel says so"), at=25)
    assert missing(chain) == []


def test_a_final_update_counts_as_posted_whatever_became_of_its_delivery():
    chain = closable()
    update = chain.now.audience(CUSTOMER).last_post
    chain.add(UpdateDelivered(update=update, audience=CUSTOMER, medium=Medium.SLACK, error="restricted"), at=24)
    assert missing(chain) == []


def test_final_updates_from_before_a_reopening_no_longer_count():
    chain = closable()
    reopened(chain, 100)
    assert "FINAL_COMMS" in missing(chain)


def test_final_updates_from_before_a_regress_no_longer_count():
    chain = Chain(Priority.P2, major=True)
    chain.move(State.ACTIVE, State.RESTORED, at=5)
    for audience in (INTERNAL, EXEC, CUSTOMER):
        chain.post(audience, 6, final=True)
    assert "FINAL_COMMS" not in missing(chain)
    chain.move(State.ACTIVE, at=10)
    assert "FINAL_COMMS" in missing(chain)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [({"major": True}, True), ({"major": False, "type": "security"}, True), ({"major": False}, False)],
)
def test_regimes_in_force_are_decided_in_a_major_or_security_incident(changes, asked):
    assert ("OBLIGATIONS" in missing(Chain(regimes=("gdpr33",), **changes))) is asked
    assert "OBLIGATIONS" not in missing(Chain(regimes=(), **changes))


def test_a_review_is_needed_for_a_major_and_stays_scheduled_over_a_reopening():
    assert "PIR_SCHEDULED" not in missing(Chain(Priority.P3))
    assert "PIR_SCHEDULED" in missing(Chain(Priority.P2, major=True))
    chain = closable()
    reopened(chain, 100)
    assert "PIR_SCHEDULED" not in missing(chain)
