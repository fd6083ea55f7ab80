"""What providers know of a page answers its call, and a page whose call is settled rings no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.notify.channel import PolledChannel, StoppableChannel, TrackedChannel
from incident.entries.role_holders import EscalationAnswered
from incident.medium import RECEIPTS, RINGS, TRACKED, Medium
from tests.support.http_double import BROKEN
from tests.support.paging_env import PagingEnv, channels_to

VOICE, SMS, PUSHOVER, NTFY, JSM, PAGERDUTY = (
    Medium.VOICE,
    Medium.SMS,
    Medium.PUSHOVER,
    Medium.NTFY,
    Medium.JSM,
    Medium.PAGERDUTY,
)


def test_the_media_that_ring_and_those_with_receipts_are_those_of_the_channels(night: PagingEnv) -> None:
    channels = channels_to(night.providers.url, night.rig.clock)

    assert {medium for medium, one in channels.items() if isinstance(one, StoppableChannel)} == RINGS
    assert {medium for medium, one in channels.items() if isinstance(one, PolledChannel)} == RECEIPTS
    assert {medium for medium, one in channels.items() if isinstance(one, TrackedChannel)} == TRACKED


def acknowledge(night: PagingEnv, seconds: float) -> None:
    """Acknowledge the Pushover message, so many seconds from now by the provider's clock."""
    at = night.rig.clock.now() + timedelta(seconds=seconds)
    [receipt] = night.providers.receipts.values()
    receipt |= {"acknowledged": 1, "acknowledged_at": int(at.timestamp()), "acknowledged_by_device": "phone"}


def test_a_page_acknowledged_at_the_provider_answers_the_call_at_the_providers_time(night: PagingEnv) -> None:
    night.reach("eva", (PUSHOVER, 0), (VOICE, 0))
    key = night.declare()
    night.rig.after(seconds=20)

    acknowledge(night, 2)
    night.rig.after(seconds=30)

    [answered] = night.rig.entries(key, EscalationAnswered.kind)
    assert (answered.by, answered.fact.medium) == (night.rig.person("eva"), PUSHOVER)
    assert (answered.occurred_at - night.rig.incident(key).escalations[0].at).total_seconds() == pytest.approx(
        22, abs=1
    )
    assert night.rig.users["eva"] in night.rig.channel(key).members
    assert "<@U02EVA> has it, answered in Pushover." in "\n".join(night.rig.texts(key))
    assert "You have it" in night.rig.direct("eva")[-1].text


def test_the_other_pages_of_an_answered_call_are_stopped(night: PagingEnv) -> None:
    night.reach("eva", (PUSHOVER, 0), (VOICE, 0), (PAGERDUTY, 0), (NTFY, 0))
    key = night.declare()

    night.rig.act("answer", "eva", key, answer="accepted")
    night.rig.after(seconds=5)

    assert sorted(night.ends(key)) == [("pagerduty", "stopped"), ("pushover", "stopped"), ("voice", "stopped")]
    assert [one["expired"] for one in night.providers.receipts.values()] == [1]
    assert list(night.providers.alerts.values()) == ["resolved"]
    assert [one["Status"] for one in night.providers.telephone.values()] == ["completed"]


@pytest.mark.parametrize("end", ["declined", "void", "taken"])
def test_a_page_stops_when_its_call_is_declined_taken_by_another_or_over(night: PagingEnv, end: str) -> None:
    night.reach("eva", (PUSHOVER, 0))
    key = night.declare()
    if end == "declined":
        night.rig.act("answer", "eva", key, answer="declined")
    elif end == "void":
        night.rig.act("void", "ilse", key, as_="false_alarm", reason="the probe was broken")
    else:
        night.rig.after(minutes=6)
        assert night.ends(key) == []
        night.rig.act("answer", "rosa", key, answer="accepted")

    night.rig.after(seconds=5)

    assert night.ends(key) == [("pushover", "stopped")]


def test_a_call_that_lapsed_rings_on_and_an_answer_that_comes_late_counts(night: PagingEnv) -> None:
    night.reach("eva", (PUSHOVER, 0))
    key = night.declare()
    night.rig.after(minutes=7)
    assert [call.answer for call in night.rig.incident(key).escalations] == ["lapsed", None]

    acknowledge(night, 0)
    night.rig.after(seconds=20)

    assert [call.answer for call in night.rig.incident(key).escalations] == ["accepted", None]


def test_a_page_that_expires_unanswered_is_on_record_and_brings_the_next_method(night: PagingEnv) -> None:
    night.reach("eva", (PUSHOVER, 0), (VOICE, 4))
    key = night.declare()
    [receipt] = night.providers.receipts.values()

    receipt["expired"] = 1
    night.rig.after(seconds=10)

    assert night.ends(key) == [("pushover", "expired")]
    assert night.attempts(key) == [("pushover", "sent", 1), ("voice", "sent", 1)]


def test_a_provider_that_lost_the_page_is_found_out_within_two_minutes(night: PagingEnv) -> None:
    night.providers.works_queue = False
    night.reach("eva", (JSM, 0), (VOICE, 4))

    key = night.declare()
    night.rig.after(minutes=2)

    assert night.ends(key) == [("jsm", "unreached")]
    assert night.attempts(key) == [("jsm", "sent", 1), ("voice", "sent", 1)]


def test_a_status_of_twilio_that_never_comes_is_asked_for_and_brings_the_next_method(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (PUSHOVER, 4))
    key = night.declare()
    [call] = night.providers.telephone.values()

    call["Status"] = "no-answer"
    night.rig.after(minutes=2)

    assert night.ends(key) == [("voice", "unreached")]
    assert night.attempts(key) == [("voice", "sent", 1), ("pushover", "sent", 1)]


def test_an_outage_of_receipts_loses_no_acknowledgement(night: PagingEnv) -> None:
    night.reach("eva", (PUSHOVER, 0))
    key = night.declare()
    night.providers.faults = [BROKEN] * 16

    night.rig.after(minutes=2)
    acknowledge(night, 0)
    night.rig.after(minutes=1)

    assert night.ends(key)[0] == ("pushover", "unreached")
    assert night.rig.incident(key).escalations[0].answer == "accepted"


def test_receipts_are_asked_for_every_five_seconds_and_then_more_rarely(night: PagingEnv) -> None:
    night.reach("eva", (PUSHOVER, 0))
    night.declare()

    def asked() -> int:
        return sum(1 for call in night.providers.calls if call.method == "GET")

    night.rig.after(minutes=2)
    assert 22 <= asked() <= 25

    night.rig.after(minutes=2)
    assert 29 <= asked() <= 34


def test_a_page_sent_while_its_call_was_being_answered_is_stopped_too(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))
    answered: list[str] = []

    def answer_now(point: str) -> None:
        if point == "page_method:call:after" and not answered:
            answered.append(point)
            night.rig.act("answer", "eva", keys[0], answer="accepted")

    night.use(reached=answer_now)
    keys = [night.rig.declare()]
    night.rig.after(seconds=5)

    assert (night.attempts(keys[0]), night.ends(keys[0])) == ([("voice", "sent", 1)], [("voice", "stopped")])


def test_a_page_that_cannot_be_stopped_is_on_record(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))
    key = night.declare()
    night.use(twilio="wr0ngwr0ngwr0ngwr0ngwr0ngwr0ngwr")

    night.rig.act("answer", "eva", key, answer="accepted")
    night.rig.after(seconds=5)

    assert night.ends(key) == [("voice", "unstopped")]


def test_a_call_that_twilio_refuses_to_end_counts_as_stopped_only_if_it_is_over(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))
    night.providers.refuses_changes = True
    ringing, over = night.declare(), night.declare(title="Search fails")
    night.providers.telephone[list(night.providers.telephone)[1]]["Status"] = "completed"

    for key in (ringing, over):
        night.rig.act("answer", "eva", key, answer="accepted")
    night.rig.after(seconds=5)

    assert (night.ends(ringing), night.ends(over)) == ([("voice", "unstopped")], [("voice", "stopped")])


def test_the_pages_of_a_call_that_was_taken_back_are_stopped(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))
    key = night.declare(impact=2, urgency=2)
    night.rig.act("priority", "ilse", key, impact=1, urgency=1, justification="It is every customer who pays")
    night.rig.drain()
    assert len(night.providers.telephone) == 1

    night.rig.act("undo", "ilse", key)
    night.rig.after(seconds=5)

    assert night.rig.incident(key).escalations == ()
    assert night.ends(key) == [("voice", "stopped")]
