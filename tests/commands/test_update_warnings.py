"""Before a doubtful update is posted the person is asked; elsewhere it is posted, and the warning recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from commands.core.rules.updates.update_warnings import says
from commands.update import Update
from incident.entries.status_updates import StatusUpdatePosted
from incident.model.components import AudienceState
from incident.refusal import Code
from incident.states import Audience, State
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later, worded
from tests.support.policies import small_policy, team_policy

TEXT = "Some payments fail. Rolling back a release."
REACHED = small_policy(audiences={"exec": "#exec", "customer": "#status"})


def doubts(desk: HandmadeDesk, text: str = TEXT, *audience: str, **fields: Any) -> tuple[str, ...]:
    update = Update.model_validate({"audience": list(audience or ("internal",)), "text": text, **fields})
    return tuple(doubt.reason for doubt in update.doubts(desk.now()))


def reached_bench() -> CommandBench:
    policy = team_policy().model_copy(update={"audiences": {"exec": "#exec", "customer": "#status"}})
    bench = CommandBench(policy=policy).declared()
    bench.do("take", "ilse", at=1, role="commander")
    return bench


@pytest.mark.parametrize(
    ("text", "says_so"),
    [
        ("It is fixed.", True),
        ("Checkout is back to normal since 10:00", True),
        ("RESOLVED: payments work", True),
        ("The all-clear came", True),
        ("It is not fixed yet", False),
        ("This isn't resolved", False),
        ("This isn’t resolved", False),
        ("We keep you posted until it is back to normal", False),
        ("It will be resolved within the hour", False),
        ("Prefixed names are unresolved", False),
        ("We are rolling back a release", False),
    ],
)
def test_words_of_recovery_contradict_an_incident_that_is_not_mitigated(text: str, says_so: bool) -> None:
    assert doubts(HandmadeDesk(policy=REACHED), text) == (("update_contradicts",) if says_so else ())
    for state in (State.MITIGATED, State.RESTORED, State.RESOLVED):
        assert doubts(HandmadeDesk(an_incident(state), policy=REACHED), text) == ()


def test_words_of_investigation_contradict_a_resolved_incident() -> None:
    text = "We are still investigating"

    assert doubts(HandmadeDesk(an_incident(State.RESOLVED), policy=REACHED), text) == ("update_contradicts",)
    assert doubts(HandmadeDesk(an_incident(State.RESTORED), policy=REACHED), text) == ()


def test_the_words_are_those_of_the_policy() -> None:
    silent = small_policy(update_rules={"recovery_words": []})

    assert doubts(HandmadeDesk(policy=silent), "It is fixed") == ()
    assert says("Wieder in Ordnung!", "wieder in ordnung")
    assert not says("anything", "")


def test_a_strict_policy_refuses_a_contradiction_and_a_lenient_one_posts_it() -> None:
    strict = HandmadeDesk(policy=small_policy(update_rules={"contradiction": "refuse"}))
    lenient = HandmadeDesk(policy=small_policy(update_rules={"contradiction": "allow"}))
    update = Update(audience=("customer",), text="It is resolved")

    refusal = strict.refuses(update)
    assert (refusal.code, refusal.fields) == (Code.BAD_VALUE, ("text",))
    assert worded(refusal).startswith("Not posted: it says “resolved”, but the incident is being worked on.")
    assert lenient.does(update)[0].warned == ("update_no_channel",)
    assert "update_contradicts" not in doubts(lenient, "It is resolved")


def test_an_audience_without_a_channel_is_asked_about_and_responders_never() -> None:
    desk = HandmadeDesk(policy=small_policy(audiences={"exec": "#exec"}))

    assert doubts(desk, TEXT, "internal", "exec") == ()
    assert doubts(desk, TEXT, "exec", "customer") == ("update_no_channel",)


def test_an_audience_of_a_restricted_incident_is_asked_about_until_an_update_reached_it() -> None:
    def asked(**audience: Any) -> tuple[str, ...]:
        states = (AudienceState(audience=Audience.CUSTOMER, **audience),) if audience else ()
        return doubts(HandmadeDesk(an_incident(restricted=True, audiences=states), policy=REACHED), TEXT, "customer")

    assert asked() == ("update_restricted",)
    assert asked(posts=1, unreached=True) == ("update_restricted",)
    assert asked(posts=1) == ()
    assert doubts(HandmadeDesk(an_incident(restricted=True), policy=REACHED), TEXT, "internal") == ()


def test_the_same_text_to_the_same_audience_is_asked_about_for_two_minutes() -> None:
    def asked(minutes: float, text: str, *audience: str, by: Any = None) -> tuple[str, ...]:
        desk = HandmadeDesk(policy=REACHED, at=later(minutes))
        desk.holds(StatusUpdatePosted(audience="customer", text=TEXT), at=later(0))
        return doubts(desk, text, *audience)

    assert asked(1.9, TEXT, "customer") == ("update_repeats",)
    assert asked(1.9, "  some payments FAIL.\nRolling back a release. ", "customer") == ("update_repeats",)
    assert asked(1.9, TEXT, "internal", "exec") == ()
    assert asked(1.9, f"{TEXT} Next at 11.", "customer") == ()
    assert asked(2.1, TEXT, "customer") == ()


def test_the_words_of_a_correction_that_was_just_sent_are_a_repetition() -> None:
    bench = reached_bench()
    n = bench.do("update", "ilse", at=5, audience="customers", text="Card paymnets fail.").first

    bench.do("amend", "ilse", at=5.5, entry=n, text=TEXT)

    assert bench.do("update", "ilse", at=6, audience="customers", text=TEXT, can_ask=True).code == Code.UNCONFIRMED
    assert bench.do("update", "ilse", at=8, audience="customers", text=TEXT, can_ask=True).code is None


def test_an_update_that_is_recorded_late_is_not_asked_about() -> None:
    assert doubts(HandmadeDesk(occurred_at=later(-30)), "It is fixed", "customer") == ()


def test_a_question_is_asked_once_and_leaves_no_entry() -> None:
    bench = reached_bench()
    bench.do("update", "ilse", at=5, audience="customers", text=TEXT)
    before = bench.entries()

    outcome = bench.do("update", "ilse", at=6, audience="customers", text=TEXT, can_ask=True)

    assert (outcome.code, outcome.missing) == (Code.UNCONFIRMED, ("update_repeats",))
    assert bench.entries() == before
    bench.do("update", "ilse", at=6, audience="customers", text=TEXT, can_ask=True, anyway=True)
    [posted] = [fact for fact in bench.facts() if fact.kind == "status_update_posted"]
    assert posted.warned == ("update_repeats",)
    assert "The same text went out a moment ago." in bench.answer()


def test_what_was_taken_back_is_no_repetition() -> None:
    bench = reached_bench()
    bench.do("update", "ilse", at=5, audience="exec", text=TEXT)
    bench.do("undo", "ilse", at=5.5)

    assert not bench.do("update", "ilse", at=6, audience="exec", text=TEXT, can_ask=True).is_refused


def test_where_no_one_can_be_asked_the_update_is_posted_with_its_warnings() -> None:
    bench = CommandBench().declared()
    bench.do("take", "ilse", at=1, role="commander")

    outcome = bench.do("update", "ilse", at=5, audience="customers", text="It is fixed")

    assert not outcome.is_refused
    assert bench.facts()[0].warned == ("update_contradicts", "update_no_channel")
    assert "Its words do not fit the state of the incident" in bench.answer()


def test_a_refusal_comes_before_a_question() -> None:
    bench = reached_bench()

    outcome = bench.do("update", "rob", at=5, audience="customers", text="It is fixed", can_ask=True)

    assert outcome.code == Code.NOT_AUTHORISED


def test_the_next_update_is_promised_by_a_length_or_a_time_and_not_by_both() -> None:
    desk = HandmadeDesk()

    def promised(**fields: Any) -> Any:
        return desk.does(Update.model_validate({"audience": ["internal"], "text": TEXT, **fields}))[0].next_update_at

    assert promised(next_in="15") == later(10) + timedelta(minutes=15)
    assert promised(next_in="default") is None
    assert promised(next_in="default", next_update_at=later(50)) == later(50)
    both = Update(audience=("internal",), text=TEXT, next_in="30", next_update_at=later(50))
    assert desk.refuses(both).fields == ("next_update_at",)
    assert T(0) < later(0)


def test_each_audience_gets_its_own_text_where_it_has_one() -> None:
    update = Update(audience=("internal", "exec", "customer"), text=TEXT, customer_text="Some cards are declined.")

    texts = {fact.audience: fact.text for fact in HandmadeDesk(policy=REACHED).does(update)}

    assert texts == {"internal": TEXT, "exec": TEXT, "customer": "Some cards are declined."}
