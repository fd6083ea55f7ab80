"""An update of a major incident says what it means for the business; the policy decides what becomes of one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rendering.update_text import text_of_update, update_context
from commands.update import Update
from incident.policy import Policy
from incident.refusal import Code
from incident.states import Audience
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.handmade_incidents import renderer
from tests.support.policies import team_policy

LOSS = "No one can pay; 40,000 an hour"


def a_major(rule: str = "warn", **changes: Any) -> CommandBench:
    """A P1 with a commander, under a policy with this rule."""
    text = team_policy().model_dump(exclude_defaults=True)
    rules = {**text.get("update_rules", {}), "impact": rule}
    desk = CommandBench(policy=Policy.model_validate({**text, "update_rules": rules, **changes}))
    desk.declared(impact=1, urgency=1)
    desk.do("take", "ilse", 1, role="commander")
    return desk


def test_a_strict_policy_refuses_an_update_of_a_major_incident_without_its_impact():
    desk = a_major("refuse")

    refused = desk.do("update", "ilse", 5, audience="internal", text="One in five payments fails.")
    sentence = desk.answer()
    posted = desk.do("update", "ilse", 6, audience="internal", text="One in five payments fails.", business_impact=LOSS)

    assert (refused.code, refused.reason, refused.fields) == (
        Code.MISSING_FIELDS,
        "update_impact",
        ("business_impact",),
    )
    assert "says what it means for the business" in sentence
    assert not posted.is_refused
    assert desk.facts()[0].impact == LOSS


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_blanks_are_no_impact(blank):
    desk = a_major("refuse")

    assert desk.do("update", "ilse", 5, audience="internal", text="It fails.", business_impact=blank).is_refused


def test_the_delivered_policy_posts_it_marks_it_and_says_so():
    desk = a_major()

    desk.do("update", "ilse", 5, audience="internal", text="One in five payments fails.")

    assert desk.policy.update_rules.impact == team_policy().update_rules.impact == "warn"
    assert "update_no_impact" in desk.facts()[0].warned
    assert "It does not say what this means for the business: say so in the next one." in desk.answer()


def test_a_policy_may_leave_it_to_the_people():
    desk = a_major("allow")

    desk.do("update", "ilse", 5, audience="internal", text="One in five payments fails.")

    assert desk.facts()[0].warned == ()


def test_what_is_not_major_or_was_sent_earlier_needs_none():
    minor, late = CommandBench(policy=a_major("refuse").policy).declared(impact=3, urgency=3), a_major("refuse")

    assert not minor.do("update", "rob", 5, audience="internal", text="A test till is slow.").is_refused
    sent = late.do("update", "ilse", 9, audience="internal", text="One in five fails.", occurred_at=T(5))
    assert not sent.is_refused
    assert late.facts()[0].warned == ()


def test_the_form_of_a_major_incident_asks_for_it_with_what_was_said_last():
    desk = a_major()
    first = Update.proposal({}, desk.incident, desk.memory.read(lambda reader: reader))
    desk.do("update", "ilse", 5, audience="internal", text="One in five fails.", business_impact=LOSS)

    reader = desk.memory.read(lambda reader: reader)
    assert first == {"business_impact": ""}
    assert Update.proposal({}, desk.incident, reader) == {"business_impact": LOSS}
    assert Update.proposal({}, CommandBench().declared(impact=3, urgency=3).incident, reader) == {}


def test_a_hidden_impact_is_not_proposed():
    desk = a_major()
    posted = desk.do("update", "ilse", 5, audience="internal", text="One in five fails.", business_impact=LOSS)
    desk.do("redact", "rob", 6, form={"ref": str(posted.first), "reason": "a figure that is not public"})

    proposed = Update.proposal({}, desk.incident, desk.memory.read(lambda reader: reader))

    assert LOSS not in str(proposed)


@pytest.mark.parametrize(
    ("audience", "reads"), [("internal", True), ("exec", True), ("customer", False), ("regulator", False)]
)
def test_responders_and_executives_read_it_and_no_one_outside_does(audience, reads):
    desk = a_major()
    desk.do("update", "ilse", 5, audience=audience, text="One in five fails.", business_impact=LOSS)
    [fact] = [one for one in desk.facts() if one.kind == "status_update_posted"]

    view = update_context(
        desk.incident, fact, audiences=(Audience(audience),), by=who("ilse"), at=T(5), recorded_at=T(5)
    )
    text = text_of_update(renderer(), desk.policy, view)

    assert ("No one can pay" in text) is reads


def test_a_draft_keeps_it_until_a_second_person_approves():
    desk = a_major("refuse", update_approvals={"exec": {"by": ["major_authority"]}})
    desk.do("take", "eva", 2, role="comms")
    desk.do("update", "eva", 5, audience="exec", text="One in five fails.", business_impact=LOSS)
    drafted = desk.facts()[0].impact

    desk.do("approve", "ilse", 6)

    assert drafted == LOSS
    assert [one.impact for one in desk.facts() if one.kind == "status_update_posted"] == [LOSS]
    assert [one.impact for one in desk.incident.update_drafts] == [None]
