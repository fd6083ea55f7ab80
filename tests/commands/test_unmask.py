"""Only people who may redact a text may lift its mask, and the channel is told."""

from __future__ import annotations

import pytest

from commands.unmask import Unmask
from incident.entries.conversation import DecisionMade, Masked, MaskLifted, MessagePosted, Noted
from incident.model.slack_references import Mask
from incident.refusal import Code
from tests.support.handmade_incidents import CHANNEL, EVA, ROB, START, HandmadeDesk, an_incident, worded

TS = "1749463200.000100"
MASK = Mask(n=2, channel=CHANNEL, ts=TS, entries=(1,), by=ROB, at=START)
FACTS = (
    MessagePosted(channel=CHANNEL, ts=TS, author=EVA, text="key=1"),
    Masked(channel=CHANNEL, ts=TS, entries=(1,), reason="a key"),
)


def room(*groups: str) -> HandmadeDesk:
    found = HandmadeDesk(an_incident(masks=(MASK,)), groups=frozenset(groups))
    found.holds(*FACTS)
    return found


@pytest.mark.parametrize("group", ["privacy", "compliance", "legal", "security_lead"])
@pytest.mark.parametrize(
    "ref", [TS, f"{CHANNEL}:{TS}", "1", "2", f"https://x.slack.com/archives/{CHANNEL}/p1749463200000100"]
)
def test_people_who_may_redact_lift_the_mask_by_any_reference_to_the_message(group, ref):
    assert room(group).does(Unmask(ref=ref)) == (MaskLifted(channel=CHANNEL, ts=TS, entries=(1,)),)


def test_no_other_person_has_the_authority_not_even_the_commander():
    refusal = room("responder", "major_authority").refuses(Unmask(ref=TS))

    assert refusal.code == Code.NOT_AUTHORISED
    assert worded(refusal).startswith("Still hidden: only privacy, compliance")
    assert refusal.also == ()


@pytest.mark.parametrize("ref", ["1749463200.000999", "9", None])
def test_a_message_that_is_not_masked_is_refused_before_authority_is_checked(ref):
    refusal = room().refuses(Unmask(ref=ref))

    assert refusal.code == Code.STATE
    assert "is not hidden" in worded(refusal)


def test_a_button_pressed_after_the_decision_is_stale():
    pressed = Unmask(ref=f"{CHANNEL}:{TS}")

    assert pressed.still_offered(an_incident(masks=(MASK,)), 2)
    assert not pressed.still_offered(an_incident(), 2)


def test_the_channel_line_and_the_reply_name_the_lifted_mask():
    legal = room("legal")

    assert legal.said(Unmask(ref=TS)) == "*Shown again* by <@UILSE>: the hidden text of one message."
    assert legal.answer(Unmask(ref=TS)) == "The text is shown again in entry 1."


def test_an_entry_that_only_repeats_the_text_names_the_mask_too():
    quoted = MASK.model_copy(update={"entries": (1, 3)})
    found = HandmadeDesk(an_incident(masks=(quoted,)), groups=frozenset({"legal"}))
    found.holds(*FACTS, Noted(text="eva wrote: key=1"))

    assert found.does(Unmask(ref="E3")) == (MaskLifted(channel=CHANNEL, ts=TS, entries=(1, 3)),)


def test_entries_made_from_the_message_after_the_mask_are_shown_again_too():
    found = HandmadeDesk(an_incident(masks=(MASK,)), groups=frozenset({"legal"}))
    found.holds(*FACTS, DecisionMade(id="D1", text="revoke key=1", channel=CHANNEL, ts=TS))

    assert found.does(Unmask(ref=TS))[0].entries == (1, 3)
