"""Where the policy asks for approval, an update waits as a draft; a second person posts it, and both names are on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.request import Actor
from incident.entries.status_updates import StatusUpdatePosted
from incident.refusal import Code
from roles.person_ids import cli_person
from tests.support.approval_desk import CUSTOMER, TEXT, approval_desk, approval_policy, drafted
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def owed(desk: CommandBench) -> object:
    return desk.incident.audience(CUSTOMER).open


def test_an_update_that_needs_approval_waits_and_the_others_are_posted_at_once() -> None:
    desk = approval_desk()
    slot = owed(desk)

    desk.do("update", "eva", at=5, audience=["internal", "customers"], text=TEXT)

    assert [(fact.kind, fact.audience) for fact in desk.facts()] == [
        ("status_update_posted", "internal"),
        ("update_drafted", "customer"),
    ]
    assert owed(desk) == slot
    assert "Posted to responders." in desk.answer()
    assert "Not posted yet to customers: a second person (commander or legal) must approve it." in desk.answer()


def test_an_approved_draft_is_posted_with_both_names_and_meets_its_slot() -> None:
    desk = drafted()

    outcome = desk.do("approve", "ilse", at=8)

    assert not outcome.is_refused
    closed, posted = desk.facts()
    entry = desk.entries()[outcome.first]
    assert (closed.draft, closed.outcome) == (posted.draft, "approved")
    assert (entry.by, posted.author, entry.shown_by) == (who("ilse"), who("eva"), who("eva"))
    assert (posted.text, posted.met_slot) == (TEXT, True)
    assert [slot.status for slot in desk.incident.audience(CUSTOMER).slots] == ["met"]
    assert desk.answer().startswith("Posted to customers.")
    desk.do("timeline", at=9)
    assert "(approved by <@UILSE>)" in desk.answer()


def test_the_author_cannot_approve_their_own_draft() -> None:
    desk = drafted(by=["comms_lead", "commander"])

    outcome = desk.do("approve", "eva", at=8)

    assert (outcome.code, desk.answer()) == (
        Code.NOT_AUTHORISED,
        "Not posted: you wrote it, so someone else must approve it. Ask comms lead or commander.",
    )
    assert not [e for e in desk.entries() if isinstance(e.fact, StatusUpdatePosted) and e.fact.audience == CUSTOMER]


def test_a_person_without_the_authority_cannot_approve() -> None:
    desk = drafted()

    assert desk.do("approve", "rob", at=8).reason == "draft_not_yours"


def test_a_name_that_is_only_claimed_approves_nothing() -> None:
    desk = drafted(by=["responder"])
    shell = Actor(id=cli_person("ilse", "host"), groups=frozenset({"responder"}))

    assert desk.do("approve", at=8, actor=shell).reason == "draft_not_yours"
    assert not desk.do("approve", "nadia", at=8).is_refused


@pytest.mark.parametrize(("impact", "waits"), [(1, True), (2, False)])
def test_only_the_priorities_of_the_policy_need_approval(impact: int, waits: bool) -> None:
    desk = CommandBench(policy=approval_policy(priorities=["P1"])).declared(impact=impact, urgency=1)
    desk.do("take", "ilse", at=1, role="commander")

    desk.do("update", "ilse", at=5, audience="customers", text=TEXT)

    assert desk.kinds()[0] == ("update_drafted" if waits else "status_update_posted")


def test_a_changed_draft_replaces_the_first_and_its_author_is_who_changed_it() -> None:
    desk = drafted()
    first = desk.incident.update_drafts[0].n

    desk.do("update", "ilse", at=6, audience="customers", text="Other words", draft=first)

    old, new = desk.incident.update_drafts
    assert (old.outcome, old.closed_by, new.by, new.text) == ("changed", who("ilse"), who("ilse"), "Other words")
    assert desk.do("approve", "ilse", at=7).reason == "draft_your_own"
    assert desk.do("approve", "ilse", at=7, draft=first).reason == "draft_closed"
    assert desk.do("update", "eva", at=7, audience="customers", text="x", draft=first).reason == "draft_closed"


def test_an_entry_that_was_never_a_draft_is_not_called_one_that_waits_no_longer() -> None:
    desk = drafted()

    assert desk.do("approve", "ilse", at=6, draft=55).reason == "draft_unknown"
    assert desk.answer() == "Nothing changed: entry 55 is no draft of an update. `/incident next` shows which wait."


def test_a_draft_repeats_a_draft_that_waits_and_not_the_one_that_it_replaces_or_that_was_dropped() -> None:
    desk = drafted()
    first = desk.incident.update_drafts[0].n

    again = {"audience": "customers", "text": TEXT, "can_ask": True}
    assert desk.do("update", "eva", at=6, **again).missing == ("update_repeats",)
    assert not desk.do("update", "eva", at=6, draft=first, **again).is_refused
    desk.do("discard", "eva", at=6)
    assert not desk.do("update", "eva", at=6, **again).is_refused


def test_what_waits_for_approval_is_shown_with_the_updates_that_are_due() -> None:
    desk = drafted()

    desk.do("next", at=6)

    assert "Waits for approval: the update to customers that <@UEVA> wrote" in desk.answer()


def test_of_several_drafts_one_has_to_be_named() -> None:
    desk = drafted()
    desk.do("update", "eva", at=6, audience="customers", text="Second words")
    numbers = [draft.n for draft in desk.incident.update_drafts]

    assert desk.do("approve", "ilse", at=7).reason == "draft_which"
    assert f"E{numbers[0]}, E{numbers[1]}" in desk.answer()
    assert not desk.do("approve", "ilse", at=7, draft=numbers[1]).is_refused


def test_a_draft_cannot_be_approved_while_updates_are_on_hold() -> None:
    desk = drafted()
    desk.policy = desk.policy.model_copy(
        update={"authority": desk.policy.authority.model_copy(update={"hold": ("responder",)})}
    )
    desk.do("hold", "rob", at=6, audience="customers", reason="counsel reads it first")

    assert desk.do("approve", "ilse", at=7).code == Code.ON_HOLD


def test_a_draft_whose_words_contradict_the_state_by_now_is_asked_about() -> None:
    desk = approval_desk()
    desk.do("update", "eva", at=5, audience="customers", text="We are investigating")
    for verb, fields in (("ack", {}), ("restored", {"text": "all works"}), ("resolve", {"how": "fix", "text": TEXT})):
        desk.do(verb, "ilse", at=6, form=fields)

    assert desk.do("approve", "ilse", at=7, can_ask=True).missing == ("update_contradicts",)
    assert not desk.do("approve", "ilse", at=7, can_ask=True, anyway=True).is_refused


def test_without_a_draft_there_is_nothing_to_approve() -> None:
    desk = approval_desk()

    assert desk.do("approve", "ilse", at=5).reason == "draft_none"


def test_the_prompt_asks_who_may_approve_at_once_and_its_author_after_a_quarter_of_an_hour() -> None:
    desk = drafted()

    def asked(at: float) -> list[object]:
        desk.tick(at)
        return [p.asked for p in desk.incident.prompted if p.ask == "approval"]

    assert asked(5) == [(who("ilse"),)]
    assert asked(20) == [(who("ilse"), who("eva"))]


def test_everyone_who_may_approve_is_asked_when_the_first_stays_silent() -> None:
    named = approval_policy().model_copy(update={"groups": {"legal": ("UMIA",)}})
    desk = CommandBench(policy=named).declared(impact=1, urgency=1)
    desk.do("take", "ilse", at=1, role="commander")
    desk.do("assign", "ilse", at=2, role="comms_lead", to=who("eva"))
    desk.do("update", "eva", at=5, audience=["customers"], text=TEXT)

    def asked(at: float) -> list[object]:
        desk.tick(at)
        return [p.asked for p in desk.incident.prompted if p.ask == "approval"]

    assert asked(5) == [(who("ilse"),)]
    assert asked(20) == [(who("ilse"), who("mia"), who("eva"))]


def test_a_missed_update_that_waits_is_asked_of_who_may_approve_it() -> None:
    named = approval_policy(by=["legal"]).model_copy(update={"groups": {"legal": ("UMIA",)}})
    desk = CommandBench(policy=named).declared(impact=1, urgency=1)
    desk.do("take", "eva", at=1, role="comms_lead")
    desk.do("update", "eva", at=5, audience=["customers"], text=TEXT)

    desk.tick((desk.incident.audience(CUSTOMER).open.missed_after - T(0)) / timedelta(minutes=1) + 1)

    [missed] = [p for p in desk.incident.prompted if p.ask == "update_missed" and "customer" in p.due]
    assert missed.asked[0] == who("mia")


def test_a_draft_that_waits_does_not_meet_the_slot_and_who_may_approve_it_is_asked_once_until_it_is_due() -> None:
    desk = drafted()
    due_at = desk.incident.audience(CUSTOMER).open.due_at
    minutes = (due_at - T(0)) / timedelta(minutes=1)

    desk.tick(minutes - 5)
    before = [p.ask for p in desk.incident.prompted if who("ilse") in p.asked and "customer" in p.due]
    desk.tick(minutes)
    [due] = [p for p in desk.incident.prompted if p.due.startswith("update:customer")]
    desk.tick(minutes + 6)

    assert before == []
    assert (due.ask, due.asked[0]) == ("update_due", who("ilse"))
    assert [slot.status for slot in desk.incident.audience(CUSTOMER).slots] == ["missed"]
    assert desk.incident.update_drafts[0].outcome is None
