"""Only a resolved incident with every criterion met is closed, by a person with authority."""

from __future__ import annotations

import re

import pytest

from bot.plain_yaml import load_yaml
from bot.rendering.renderer import TEMPLATES
from commands.close import Close, read_unmet
from incident.entries.lifecycle import StateChanged
from incident.model.components import Interval, Link, Resolution, TempFix, Times, Validation
from incident.refusal import Code
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import EVA, ILSE, ROB, START, HandmadeDesk, an_incident, later, renderer, worded
from tests.support.policies import shipped_policy

PROVEN = an_incident(
    State.RESOLVED,
    priority=Priority.P3,
    times=Times(
        started_at=later(-10),
        detected_at=later(-3),
        logged_at=START,
        acknowledged_at=later(1),
        restored_at=later(5),
        resolved_at=later(6),
    ),
    resolution=Resolution(how="fix", text="rolled back the release", by=ROB, at=later(6), meets_rule=True),
    validations=(Validation(at=later(7), criterion="user_confirmed", by=ROB, evidence="paid"),),
    category_confirmed=True,
    priority_confirmed=True,
    links=(Link(link="change", ref="CHG-1"),),
)
BARE = an_incident(State.RESOLVED, temp_fixes=(TempFix(id="TF1", text="restarts", owner=None, remove_by=None),))


def closure_sentences() -> dict[str, str]:
    return load_yaml((TEMPLATES / "slack" / "closure.yaml").read_text(encoding="utf-8"))


def test_an_incident_with_every_criterion_met_is_closed_by_its_commander():
    assert HandmadeDesk(PROVEN).does(Close()) == (StateChanged(old=State.RESOLVED, new=State.CLOSED),)


def test_a_closer_may_close_too():
    assert HandmadeDesk(PROVEN, actor=EVA, groups=frozenset({"closer"})).does(Close())


@pytest.mark.parametrize("state", sorted(set(State) - {State.RESOLVED}))
def test_only_a_resolved_incident_is_closed_and_its_state_is_checked_first(state):
    refusal = HandmadeDesk(PROVEN.model_copy(update={"state": state}), actor=EVA).refuses(Close())

    assert refusal.code == Code.STATE
    assert worded(refusal).startswith("Not closed: it is ")


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (State.TRIAGED, ["ack", "restored", "resolve"]),
        (State.MITIGATED, ["restored", "resolve"]),
        (State.RESTORED, ["resolve"]),
    ],
)
def test_a_close_that_comes_too_early_names_every_step_that_is_left(state, left):
    grave = {"priority": Priority.P1, "major": True}
    refusal = HandmadeDesk(PROVEN.model_copy(update={"state": state, **grave})).refuses(Close())

    assert re.findall(r"`/incident (\w+)`", worded(refusal)) == left


def test_missing_authority_is_refused_before_missing_criteria():
    refusal = HandmadeDesk(BARE, actor=EVA).refuses(Close())

    assert refusal.code == Code.NOT_AUTHORISED
    assert "only commander or closer may close" in worded(refusal)


def test_a_former_commander_may_not_close():
    past = (Interval(role=Role.COMMANDER, who=EVA, since=START, until=later(2)),)

    assert (
        HandmadeDesk(PROVEN.model_copy(update={"roles": past}), actor=EVA).refuses(Close()).code == Code.NOT_AUTHORISED
    )


def test_unmet_criteria_are_named_in_order_each_with_its_sentence():
    refusal = HandmadeDesk(BARE).refuses(Close())

    assert refusal.code == Code.CLOSE_INCOMPLETE
    assert refusal.missing == ("RESOLUTION", "VALIDATION", "CATEGORY", "PRIORITY", "TIMELINE", "LINKS", "TEMPFIX")
    read = read_unmet(refusal.facts.items(), refusal.missing)
    sentences = closure_sentences()
    lines = [renderer().sentence(sentences[one.needs], names=one.names, typed=True) for one in read]
    assert tuple(one.code for one in read) == refusal.missing
    assert lines[-1].startswith("TF1 needs an owner and a date")
    assert worded(refusal).startswith("Not closed yet: the items below come first.")


@pytest.mark.parametrize(
    ("needs", "names", "says"),
    [
        ("resolution", (), "`/incident resolve fix`"),
        ("resolution_text", ("25",), "at least 25 characters"),
        ("validation_all", ("monitoring_verified", "security_signoff"), "monitoring is green and security"),
        ("validation_any", ("service_owner_confirmed", "user_confirmed"), "owner confirms or a user confirms"),
        (
            "clean_recovery",
            ("integrity_verified", "R1"),
            "Show that R1 is clean: integrity is verified only with the check",
        ),
        ("confirm_category", (), "`/incident confirm category`"),
        ("confirm_priority", (), "`/incident confirm priority`"),
        (
            "times",
            ("started_at", "acknowledged_at"),
            "Missing times: started, acknowledged. Set one with `/incident time started 09:55`",
        ),
        ("times", ("started_at", "acknowledged_at"), "how you know. `/incident ack` acknowledges."),
        (
            "times",
            ("started_at",),
            "Missing times: started. Set it with `/incident time started 09:55` and how you know.",
        ),
        ("times", ("acknowledged_at",), "Missing times: acknowledged. `/incident ack` acknowledges."),
        ("times_in_order", ("started_at", "detected_at"), "time started is after the time detected"),
        ("handover_pending", ("comms_lead",), "(comms lead)"),
        ("no_commander", (), "never had one"),
        ("commander_gap", (), "longer than the policy allows"),
        ("owner_left", (), "`/incident own @name`"),
        ("link", (), "`/incident link none because …`"),
        ("temp_fix", ("TF1", "TF2"), "TF1, TF2 need an owner"),
        ("final_update", ("exec", "customer"), "executives and customers: `/incident update exec customer final …`"),
        (
            "final_update",
            ("internal", "exec", "customer"),
            "to responders, executives and customers: `/incident update ",
        ),
        ("regimes", ("gdpr33",), "`/incident not reportable gdpr33 because …`"),
        ("provider_case", (), "`/incident vendor case` with the provider"),
        ("review", (), "`/incident review @owner friday 10:00`"),
    ],
)
def test_every_criterion_has_a_sentence_that_says_what_would_meet_it(needs, names, says):
    assert says in renderer().sentence(closure_sentences()[needs], names=names, typed=True)


def test_every_closure_sentence_has_a_criterion():
    tested = test_every_criterion_has_a_sentence_that_says_what_would_meet_it.pytestmark[0].args[1]

    assert set(closure_sentences()) == {needs for needs, _, _ in tested}


def test_the_channel_line_names_who_closed_the_incident():
    assert HandmadeDesk(PROVEN, actor=ILSE).said(Close()).startswith("*Closed* by <@UILSE>.")
    assert HandmadeDesk(PROVEN).answer(Close()).startswith("INC-2026-0042 is closed.")


def test_a_refused_close_is_recorded_with_its_unmet_criteria_and_each_can_be_met():
    room = CommandBench().declared(started_at="2026-06-09T09:58:00Z", impact=3, category="Application")
    room.do("take", "ilse", at=2, role="commander")
    room.do("restored", at=10, text="errors under 1%")
    room.do("resolve", at=11, how="fix", text="fixed")

    refused = room.do("close", "ilse", at=12)

    assert refused.missing == ("RESOLUTION", "VALIDATION", "CATEGORY", "PRIORITY")
    assert [e.fact.kind for e in room.entries()[-2:]] == ["closure_refused", "refused"]
    room.do("resolve", at=13, how="amend", text="rolled back the 09:55 release of checkout")
    room.do("validate", at=14, criterion="monitoring", evidence="green for 10 minutes")
    room.do("confirm", "ilse", at=15)
    assert room.do("close", "ilse", at=17).code is None
    assert room.incident.state == State.CLOSED
    assert room.incident.holders(Role.COMMANDER) == ()


def test_without_a_commander_the_refusal_names_the_role_that_may_be_taken(room: CommandBench):
    room.do("ack", by="rob", at=1)
    room.do("restored", by="rob", at=2, text="payments go through again")
    room.do("resolve", by="rob", at=3, how="fix", text="rolled back the release that broke it")

    refused = room.do("close", by="rob", at=4)

    assert dict(refused.facts)["vacant"] == "commander"
    assert room.answer() == (
        "Not closed: only commander or closer may close. There is no commander: take the role with "
        "`/incident take commander`, then close it."
    )
    room.do("take", by="eva", at=5, role="commander")
    assert dict(room.do("close", by="rob", at=6).facts)["vacant"] == ""
    assert room.answer().endswith("Ask <@UEVA>.")


@pytest.mark.parametrize(
    ("urgency", "way"),
    [
        (3, "`/incident finish` resolves and closes it with one form."),
        (2, "First `/incident ack`, `/incident restored`, `/incident resolve`."),
    ],
)
def test_closing_too_early_names_the_way_for_an_incident_of_this_size(urgency: int, way: str):
    room = CommandBench(policy=shipped_policy()).declared(impact=2, urgency=urgency)

    room.do("close")

    assert room.answer() == f"Not closed: it is unclaimed. {way}"
