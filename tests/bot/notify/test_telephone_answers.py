"""Answers by telephone: a key or a text message counts, a mailbox, a stranger and a chatting machine do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.notify.answers.reply_limit import MOST_REPLIES
from bot.notify.page_text import reply_code
from incident.medium import Medium
from tests.support.answer_env import BASE, NUMBERS, AnswerEnv
from tests.support.provider_posts import asks_for_a_key, words_of


@pytest.mark.parametrize(
    ("digit", "answer", "words"), [("4", "accepted", "You have INC"), ("6", "declined", "Noted: you cannot take INC")]
)
def test_a_key_answers_the_call_and_the_voice_says_so(digit: str, answer: str, words: str, env: AnswerEnv) -> None:
    call = env.call()

    reply = env.dial(call, digit)

    [answered] = env.answers(call)
    assert words_of(reply).startswith(words)
    assert "Hangup" in reply.text
    assert (answered.by, answered.fact.answer, answered.fact.medium) == (env.slack.person("bea"), answer, Medium.VOICE)


@pytest.mark.parametrize("digits", ["*", "1", "44"])
def test_another_key_says_the_page_again_and_answers_nothing(digits: str, env: AnswerEnv) -> None:
    call = env.call(title="Cards fail")

    reply = env.dial(call, digits)

    assert "Cards fail. Press 4 if you have it" in words_of(reply)
    assert asks_for_a_key(reply) == [f"{BASE}{env.path(call, Medium.VOICE)}"] * 3
    assert env.answers(call) == []


@pytest.mark.parametrize("status", ["completed", "no-answer", "busy", "failed", "canceled", "ringing"])
def test_a_call_that_ends_without_a_key_answers_nothing(status: str, env: AnswerEnv) -> None:
    call = env.call()

    env.twilio(env.path(call, Medium.VOICE), {"CallSid": "CA1", "CallStatus": status})

    assert env.answers(call) == []


def test_a_key_that_twilio_posts_twice_answers_once(env: AnswerEnv) -> None:
    call = env.call()

    first, second = env.dial(call, "4"), env.dial(call, "4")

    assert words_of(first) == words_of(second)
    assert len(env.answers(call)) == 1


def test_a_key_for_a_call_that_another_person_has_says_who_has_it(env: AnswerEnv) -> None:
    call = env.call()
    env.take_over(call, "ann")

    replies = [env.dial(call, digits) for digits in ("4", "*")]

    assert [words_of(reply) for reply in replies] == [f"Ann Lee has {call.number}; you need not answer."] * 2
    assert env.answers(call) == []


def test_a_voice_says_the_number_only_of_a_restricted_incident(env: AnswerEnv) -> None:
    call = env.call(title="Leaked keys", type="security")

    replies = [env.dial(call, "*"), env.dial(call, "4")]

    assert env.escalation(call).answer == "accepted"
    assert not any(secret in reply.text for reply in replies for secret in ("Leaked", "Ann", "checkout"))


@pytest.mark.parametrize("token", ["", "12345678901234567890123456789013"])
def test_what_twilio_did_not_sign_answers_nothing(token: str, env: AnswerEnv) -> None:
    call = env.call()
    form = {"CallSid": "CA1", "CallStatus": "in-progress", "Digits": "4"}

    replies = [env.twilio(env.path(call, Medium.VOICE), form, token=token)]
    replies += [env.twilio("/answer/sms", {"From": NUMBERS["bea"], "Body": "4"}, token=token)]

    assert [reply.status for reply in replies] == [403, 403]
    assert [reply.text for reply in replies] == ["", ""]
    assert env.answers(call) == []


def test_a_signed_key_is_good_for_the_call_of_its_own_address_alone(env: AnswerEnv) -> None:
    call, other = env.call(), env.call()

    reply = env.twilio(env.path(call, Medium.SMS), {"CallSid": "CA1", "CallStatus": "in-progress", "Digits": "4"})

    assert reply.status == 204
    assert env.answers(call) == env.answers(other) == []


@pytest.fixture
def alone(sqlite_url: str) -> Iterator[AnswerEnv]:
    """A record of its own, since the open calls of a person are counted."""
    opened = AnswerEnv(sqlite_url)
    yield opened
    opened.close()


def test_a_digit_answers_the_one_call_that_waits(alone: AnswerEnv) -> None:
    call = alone.call()

    reply = alone.text(" 4 ")

    [answered] = alone.answers(call)
    assert words_of(reply).startswith(f"You have {call.number}.")
    assert (answered.by, answered.fact.medium) == (alone.slack.person("bea"), Medium.SMS)


def test_of_several_calls_the_code_names_one(alone: AnswerEnv) -> None:
    first, second = alone.call(title="One"), alone.call(title="Two")
    code = reply_code(alone.incident(second), alone.escalation(second))

    asked, answered = alone.text("4"), alone.text(f"6 #{code}")

    assert f"4 {code} for {second.number}" in words_of(asked)
    assert words_of(answered).startswith(f"Noted: you cannot take {second.number}.")
    assert alone.answers(first) == []
    assert alone.escalation(second).answer == "declined"


def test_the_phone_of_another_person_answers_no_call_by_its_code(alone: AnswerEnv) -> None:
    call = alone.call("bea")
    code = reply_code(alone.incident(call), alone.escalation(call))

    reply = alone.text(f"4 {code}", NUMBERS["ann"])

    assert words_of(reply) == f"No call to you has the code {code}."
    assert alone.answers(call) == []


def test_a_code_of_a_restricted_incident_shows_a_stranger_nothing(alone: AnswerEnv) -> None:
    call = alone.call("bea", title="Leaked keys", type="security")

    assert "Leaked" not in words_of(alone.text("help me", NUMBERS["bea"]))
    assert words_of(alone.text("4")).startswith(f"You have {call.number}.")
    assert alone.escalation(call).answer == "accepted"


@pytest.mark.parametrize("text", ["STOP", "stop ", "Unsubscribe", "CANCEL", "end", "QUIT", "StopAll"])
def test_an_opt_out_is_left_to_twilio(text: str, alone: AnswerEnv) -> None:
    call = alone.call()

    assert words_of(alone.text(text)) == ""
    assert alone.answers(call) == []


def test_a_sentence_with_stop_in_it_is_no_opt_out_and_no_answer(alone: AnswerEnv) -> None:
    call = alone.call()

    assert words_of(alone.text("Stop the rollout")) == "Reply 4 if you have it, 6 if you cannot."
    assert alone.answers(call) == []


def test_a_number_that_no_one_has_gets_no_reply(alone: AnswerEnv) -> None:
    call = alone.call()

    assert [words_of(alone.text(text, "+491709999999")) for text in ("4", "hello")] == ["", ""]
    assert alone.answers(call) == []


def test_a_machine_that_answers_our_replies_is_left_without_one_and_a_late_answer_counts(alone: AnswerEnv) -> None:
    call = alone.call()

    replies = [words_of(alone.text("I am out of office")) for _ in range(MOST_REPLIES + 3)]

    assert [bool(one) for one in replies] == [True] * MOST_REPLIES + [False] * 3
    assert words_of(alone.text("4")) == ""
    assert alone.escalation(call).answer == "accepted"


def test_without_a_call_that_waits_an_answer_says_so(alone: AnswerEnv) -> None:
    assert words_of(alone.text("4")) == "No call is waiting for your answer."
    assert words_of(alone.text("hello")) == ""
