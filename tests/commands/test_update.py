"""A status update goes to every audience named or to none."""

from __future__ import annotations

import pytest

from commands.update import Update
from incident.model.components import AudienceState, Interval, OpenSlot, Slot
from incident.model.slack_references import SlackPlaces
from incident.refusal import Code
from incident.states import Audience, Priority, State
from roles.role_names import Role
from tests.support.handmade_incidents import EVA, ILSE, ROB, START, HandmadeDesk, an_incident, later, worded
from tests.support.policies import small_policy

TEXT = "Some payments fail. Rolling back a release."
WITH_EXEC = small_policy(audiences={"exec": "#exec"})
LATE = Slot(due_at=later(-60), status="missed", missed_after=later(-55))


def update(*audience: str, **fields: object) -> Update:
    return Update.model_validate({"audience": list(audience), "text": TEXT, **fields})


def audience(name: str, **fields: object) -> AudienceState:
    return AudienceState(audience=Audience(name), **fields)


def held(role: Role) -> Interval:
    return Interval(role=role, who=EVA, since=START)


def test_an_update_has_one_entry_for_each_audience_in_the_order_typed():
    facts = HandmadeDesk().does(update("customer", "internal", "exec", "internal"))

    assert [fact.audience for fact in facts] == ["customer", "internal", "exec"]
    assert {fact.text for fact in facts} == {TEXT}


def test_all_means_responders_and_every_audience_ever_owed_save_those_on_hold():
    owed = (audience("customer", ever_owed=True), audience("exec", ever_owed=True, held=True))

    facts = HandmadeDesk(an_incident(audiences=owed)).does(update("all"))

    assert [fact.audience for fact in facts] == ["internal", "customer"]


def test_an_update_posted_now_meets_the_open_slot():
    slot = OpenSlot(due_at=later(20), missed_after=later(25))
    (fact,) = HandmadeDesk(an_incident(audiences=(audience("internal", open=slot, slots=(LATE,)),))).does(
        update("internal")
    )

    assert (fact.met_slot, fact.met_missed_due_at) == (True, None)


def test_a_backfilled_update_meets_the_slot_it_was_in_time_for():
    slot = OpenSlot(due_at=later(20), missed_after=later(25))
    incident = an_incident(audiences=(audience("internal", open=slot, slots=(LATE,)),))
    (fact,) = HandmadeDesk(incident, occurred_at=later(-58)).does(update("internal"))

    assert (fact.met_slot, fact.met_missed_due_at) == (False, later(-60))


@pytest.mark.parametrize(
    ("state", "counts"),
    [(State.ACTIVE, False), (State.MITIGATED, False), (State.RESTORED, True), (State.RESOLVED, True)],
)
def test_a_final_update_counts_after_the_restoration(state, counts):
    room = HandmadeDesk(an_incident(state))
    (fact,) = room.does(update("internal", final=True))

    assert (fact.final, fact.counts_final) == (True, counts)
    assert ("ordinary update" in room.answer(update("internal", final=True))) is not counts


@pytest.mark.parametrize("to", ["exec", "customer"])
def test_only_three_roles_may_update_executives_and_customers(to):
    refusal = HandmadeDesk(actor=EVA, groups=frozenset({"major_authority", "exec"})).refuses(update("internal", to))

    assert refusal.code == Code.NOT_AUTHORISED
    assert worded(refusal).startswith("Not posted: only the comms lead, the commander or the customer liaison")


@pytest.mark.parametrize("role", [Role.COMMS_LEAD, Role.COMMANDER, Role.CUSTOMER_LIAISON])
def test_each_of_the_three_roles_may_update_executives_and_customers(role):
    assert HandmadeDesk(an_incident(roles=(held(role),)), actor=EVA).does(update("exec", "customer"))


@pytest.mark.parametrize("to", ["internal", "regulator"])
def test_any_person_may_update_responders_and_the_regulator(to):
    assert HandmadeDesk(actor=EVA, groups=frozenset()).does(update(to))


def test_a_promised_time_lies_within_the_limit_of_the_priority():
    room = HandmadeDesk(an_incident(priority=Priority.P1))
    exact, over = later(10 + 240), later(10 + 240.1)

    assert room.does(update("internal", next_update_at=exact))[0].next_update_at == exact
    refusal = room.refuses(update("internal", next_update_at=over))
    assert (refusal.code, refusal.fields) == (Code.PROMISE_TOO_LONG, ("next_update_at",))
    assert "at P1 the next update can be at most 4 h away" in worded(refusal)


def test_a_backfilled_promise_counts_from_the_time_of_the_update():
    room = HandmadeDesk(an_incident(priority=Priority.P1), occurred_at=START)

    assert room.refuses(update("internal", next_update_at=later(241))).code == Code.PROMISE_TOO_LONG


def test_an_update_recorded_late_is_sent_to_no_one():
    room = HandmadeDesk(occurred_at=START)

    (internal, executives) = room.does(update("internal", "exec"))

    assert internal.has_channel
    assert executives.has_channel
    answer = room.answer(update("internal", "exec"))
    assert answer.startswith("Recorded and not sent: responders and executives had this update already.")
    assert "Tell them yourself" not in answer
    assert room.said(update("internal", "exec")).startswith(
        "*Update* to responders and executives by <@UILSE> (happened <!date^"
    )


@pytest.mark.parametrize("priority", [Priority.P4, Priority.P5])
def test_low_priorities_have_no_limit_for_a_promised_time(priority):
    assert HandmadeDesk(an_incident(priority=priority)).does(update("internal", next_update_at=later(99999)))


def test_a_promised_time_in_the_past_is_reported_as_ignored():
    assert "has passed already" in HandmadeDesk().answer(update("internal", next_update_at=later(5)))


def test_an_audience_on_hold_refuses_the_whole_update():
    room = HandmadeDesk(an_incident(audiences=(audience("customer", held=True),)))
    refusal = room.refuses(update("internal", "customer"))

    assert refusal.code == Code.ON_HOLD
    assert "updates to customers are on legal hold" in worded(refusal)


@pytest.mark.parametrize("to", ["customer", "regulator"])
def test_a_drill_posts_no_update_outside_its_channel(to):
    refusal = HandmadeDesk(an_incident(drill=True)).refuses(update("internal", to))

    assert refusal.code == Code.DRILL_EXTERNAL_BLOCKED
    assert "this is a drill" in worded(refusal)


def test_of_several_refusals_the_first_in_the_table_is_returned():
    incident = an_incident(drill=True, priority=Priority.P1, audiences=(audience("customer", held=True),))
    post = update("customer", next_update_at=later(999))

    assert HandmadeDesk(incident, actor=ROB).refuses(post).code == Code.NOT_AUTHORISED
    assert HandmadeDesk(incident, actor=ILSE).refuses(post).code == Code.PROMISE_TOO_LONG
    assert HandmadeDesk(incident, actor=ILSE).refuses(update("customer")).code == Code.ON_HOLD


def test_the_reply_names_the_audiences_and_the_next_update():
    slot = OpenSlot(due_at=later(40), missed_after=later(45))
    incident = an_incident(audiences=(audience("internal", open=slot),))
    answer = HandmadeDesk(incident, policy=WITH_EXEC).answer(update("internal", "exec"))

    assert answer.startswith("Posted to responders and executives.\nNext to responders by <!date^")
    assert "(10:45 UTC)" in answer


def test_the_channel_shows_an_update_once():
    assert HandmadeDesk().said(update("internal")) == ""
    desk = HandmadeDesk(policy=WITH_EXEC)

    assert desk.said(update("internal", "exec")) == "That update also went to executives."


def test_an_update_of_a_restricted_incident_is_not_called_posted_before_slack_says_that_the_channel_is_private():
    desk = HandmadeDesk(an_incident(restricted=True), policy=WITH_EXEC)
    recorded = "Recorded for executives: this incident is restricted, so I post it only if their channel is private"

    assert desk.said(update("internal", "exec")) == "That update goes to executives too, if their channel is private."
    assert desk.answer(update("internal", "exec")).startswith(f"Posted to responders. {recorded}")
    assert desk.answer(update("exec")).startswith(recorded)
    assert "Posted to executives" not in desk.answer(update("internal", "exec"))


def test_the_answer_says_at_once_for_whom_the_policy_names_no_channel():
    desk = HandmadeDesk(policy=WITH_EXEC)
    nowhere = "The policy names no channel for customers, so it was posted nowhere. Tell them yourself, now."

    assert [fact.has_channel for fact in desk.does(update("internal", "exec", "customer"))] == [True, True, False]
    assert desk.answer(update("exec", "customer")).startswith("Posted to executives.")
    assert desk.answer(update("customer")).startswith("Recorded for customers.")
    for audiences in (("exec", "customer"), ("customer",), ("internal", "customer"), ("internal", "exec")):
        verb = update(*audiences)
        assert [nowhere in text for text in (desk.answer(verb), desk.said(verb))] == ["customer" in audiences] * 2
    assert (
        HandmadeDesk(policy=small_policy(audiences={"exec": "#exec", "customer": "#status"})).said(
            update("exec", "customer")
        )
        == f"*Update* to executives and customers by <@UILSE>: {TEXT}"
    )


@pytest.mark.parametrize(
    ("places", "why"),
    [
        (SlackPlaces(channel="C1", closed="is_archived"), "I cannot write in <#C1>"),
        (SlackPlaces(closed="restricted_action"), "the incident has no channel"),
    ],
)
def test_the_answer_claims_no_post_where_muster_cannot_write(places, why):
    incident = an_incident(places=places, roles=(held(Role.COMMS_LEAD).model_copy(update={"who": ILSE}),))
    desk = HandmadeDesk(incident, policy=WITH_EXEC)

    alone, both = desk.answer(update("internal")), desk.answer(update("internal", "exec"))

    assert "Posted" not in alone
    assert f"Not posted to responders: {why}" in alone
    assert both.startswith("Posted to executives.")


def test_audiences_that_are_due_together_share_one_line():
    slot = OpenSlot(due_at=later(40), missed_after=later(45))
    incident = an_incident(audiences=(audience("exec", open=slot), audience("internal", open=slot)))

    answer = HandmadeDesk(incident, policy=WITH_EXEC).answer(update("internal", "exec"))

    assert len(answer.splitlines()) == 2


def test_the_last_update_says_that_it_was_the_last():
    answer = HandmadeDesk(an_incident(State.RESTORED), policy=WITH_EXEC).answer(update("internal", "exec", final=True))

    assert answer.splitlines()[1:] == ["That was the last one owed to responders and executives."]


def test_an_update_moves_the_next_deadline_to_the_time_it_promises(room):
    room.do("take", "ilse", at=2, role="commander")
    room.do("update", "ilse", at=5, audience="internal", text=TEXT, next_update_at="2026-06-09T11:30:00Z")

    owed = room.incident.audience(Audience.INTERNAL)
    assert [(slot.status, slot.update_at.minute) for slot in owed.slots] == [("met", 5)]
    assert "Next to responders by" in room.answer()
    assert "(11:30 UTC)" in room.answer()
    room.do("next", at=6)
    assert "(11:30 UTC)" in room.answer()
