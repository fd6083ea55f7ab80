"""A page goes out and its answer comes back by the same way: it stops the rest, and the record shows every attempt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.entries.delivery import PageEnded
from incident.medium import Medium
from tests.support.answered_night import AnsweredNight
from tests.support.paging_env import PagingEnv

VOICE, SMS, PUSHOVER, NTFY, PAGERDUTY = Medium.VOICE, Medium.SMS, Medium.PUSHOVER, Medium.NTFY, Medium.PAGERDUTY


@pytest.fixture
def play(night: PagingEnv) -> Iterator[AnsweredNight]:
    opened = AnsweredNight(night)
    yield opened
    opened.close()


def test_a_key_pressed_at_three_in_the_morning_stops_everything_else_that_rings(play: AnsweredNight) -> None:
    play.night.reach("eva", (PUSHOVER, 0), (PAGERDUTY, 0), (VOICE, 2))
    key = play.night.declare()
    play.rig.after(minutes=2, seconds=1)

    reply = play.press_key("4")
    play.rig.after(seconds=10)

    [answered] = play.answers(key)
    assert reply.status == 200
    assert (answered.by, answered.fact.medium) == (play.rig.person("eva"), VOICE)
    sent = [("pagerduty", "sent", 1), ("pushover", "sent", 1), ("voice", "sent", 1)]
    assert sorted(play.night.attempts(key)) == sent
    assert sorted(play.night.ends(key)) == [("pagerduty", "stopped"), ("pushover", "stopped")]
    assert "<@U02EVA> has it, answered by phone." in "\n".join(play.rig.texts(key))
    assert "by phone: *INC-2026-0001*" in play.rig.direct("eva")[-1].text
    assert [call.answer for call in play.rig.incident(key).escalations] == ["accepted"]


def test_who_pressed_the_key_is_not_cut_off_while_the_voice_speaks(play: AnsweredNight) -> None:
    play.night.reach("eva", (VOICE, 0))
    key = play.night.declare()

    play.press_key("4")
    play.rig.after(seconds=10)
    assert play.night.ends(key) == []

    play.rig.after(seconds=15)
    assert play.night.ends(key) == [("voice", "stopped")]


def test_a_person_who_cannot_presses_six_and_the_next_level_rings(play: AnsweredNight) -> None:
    play.night.reach("eva", (VOICE, 0))
    play.night.reach("rosa", (NTFY, 0))
    key = play.night.declare()

    play.press_key("6")
    play.rig.after(seconds=5)
    reply = play.tap("I have it")
    play.rig.after(seconds=5)

    assert reply.status == 200
    assert [(call.person, call.answer) for call in play.rig.incident(key).escalations] == [
        (play.rig.person("eva"), "declined"),
        (play.rig.person("rosa"), "accepted"),
    ]
    assert [entry.fact.medium for entry in play.answers(key)] == [VOICE, NTFY]


@pytest.mark.parametrize(
    ("status", "how", "why"),
    [
        ("no-answer", "unreached", "No one picked up."),
        ("busy", "unreached", "The line was busy."),
        ("failed", "unreached", "The call did not get through."),
        ("completed", "expired", None),
    ],
)
def test_a_call_that_reaches_no_one_is_on_record_and_brings_the_next_method_at_once(
    status: str, how: str, why: str | None, play: AnsweredNight
) -> None:
    play.night.reach("eva", (VOICE, 0), (PUSHOVER, 4))
    key = play.night.declare()

    reply = play.end(status)
    play.rig.after(seconds=5)

    [ended] = [entry.fact for entry in play.rig.entries(key, PageEnded.kind)]
    assert reply.status == 204
    assert (ended.how, ended.error) == (how, why)
    assert play.night.attempts(key) == [("voice", "sent", 1), ("pushover", "sent", 1)]


def test_a_text_message_that_did_not_arrive_brings_the_next_method_and_one_that_did_does_not(
    play: AnsweredNight,
) -> None:
    play.night.reach("eva", (SMS, 0), (PUSHOVER, 4))
    key = play.night.declare()

    play.end("undelivered")
    play.rig.after(seconds=5)
    assert play.night.attempts(key) == [("sms", "sent", 1), ("pushover", "sent", 1)]
    assert play.night.ends(key) == [("sms", "unreached")]

    other = play.night.declare(title="Search fails")
    play.end("delivered")
    play.rig.after(seconds=5)
    assert play.night.attempts(other) == [("sms", "sent", 1)]
    assert play.night.ends(other) == [("sms", "delivered")]


def test_a_second_call_to_one_person_goes_out_with_the_code_that_names_it(play: AnsweredNight) -> None:
    play.night.reach("eva", (SMS, 0))
    first, second = play.night.declare(), play.night.declare(title="Search fails")

    texts = [sent["Body"] for sent in play.providers.telephone.values()]
    [call] = play.rig.incident(second).escalations

    assert "Reply 4 if you have it" in texts[0]
    assert f"Reply 4 2-{call.n} if you have it, 6 2-{call.n} if you cannot." in texts[1]
    assert first != second


def test_a_status_that_twilio_sends_twice_is_recorded_once(play: AnsweredNight) -> None:
    play.night.reach("eva", (VOICE, 0))
    key = play.night.declare()

    for _ in range(3):
        assert play.end("no-answer").status == 204
        play.rig.after(seconds=2)

    assert play.night.ends(key) == [("voice", "unreached")]


def test_a_status_of_a_call_that_is_not_on_record_yet_is_asked_for_again(play: AnsweredNight) -> None:
    play.night.reach("eva", (VOICE, 0))
    key = play.night.declare()
    _, call = play.ringing()
    play.providers.telephone["CA-unknown"] = dict(call)

    assert play.end("no-answer", "CA-unknown").status == 503
    assert play.night.ends(key) == []


def test_a_mailbox_that_picks_up_takes_no_page(play: AnsweredNight) -> None:
    play.night.reach("eva", (VOICE, 0))
    key = play.night.declare()

    play.end("completed")
    play.rig.after(minutes=6)

    assert play.answers(key) == []
    assert [call.answer for call in play.rig.incident(key).escalations] == ["lapsed", None]


def test_pushover_calls_back_and_is_asked_no_more(play: AnsweredNight) -> None:
    play.night.reach("eva", (PUSHOVER, 0))
    key = play.night.declare()

    replies = [play.acknowledge_pushover(), play.acknowledge_pushover()]
    play.rig.after(minutes=1)

    assert [reply.status for reply in replies] == [204, 204]
    [answered] = play.answers(key)
    assert answered.fact.medium is PUSHOVER


def test_no_address_of_a_person_and_no_token_is_in_the_record(play: AnsweredNight) -> None:
    play.night.reach("eva", (VOICE, 0), (SMS, 0), (NTFY, 0), (PUSHOVER, 0))
    key = play.night.declare()
    tokens = {sent["StatusCallback"].rpartition("/")[2] for sent in play.providers.telephone.values()}

    play.press_key("4")
    play.end("no-answer")
    play.rig.after(seconds=30)

    everything = repr(play.rig.entries(key))
    assert tokens
    assert not [secret for secret in (*tokens, "+491701234567", "ada-0f3a77") if secret in everything]
