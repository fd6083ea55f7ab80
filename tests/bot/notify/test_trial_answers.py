"""A test page is answered where it arrives, as a real one is; it changes no incident and shows whose address it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.trial_answers import LASTS, TrialAnswers, trial_key, trial_url
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from tests.support.answer_env import BASE, AnswerEnv, asked
from tests.support.provider_posts import jsm_event, pagerduty_event

NO_CALL = CallReference("INC-2026-0001", 1)
NUMBER, MAIL = "+491702222222", "bea@example.org"
MEDIA = (Medium.SMS, Medium.EMAIL, Medium.VOICE, Medium.NTFY, Medium.PUSHOVER, Medium.JSM, Medium.PAGERDUTY)


def reach(env: AnswerEnv) -> None:
    methods = [ContactMethod(medium=one, address=NUMBER if one is Medium.SMS else MAIL) for one in MEDIA]
    env.store.directory.put_contact_methods(env.slack.person("bea"), methods)


def path(env: AnswerEnv, medium: Medium) -> str:
    person, position = env.slack.person("bea"), MEDIA.index(medium) + 1
    method = env.store.directory.contact_methods(person)[position - 1]
    return trial_url(env.addresses, person, position, method, env.slack.clock.now()).removeprefix(BASE)


def key(env: AnswerEnv, medium: Medium) -> str:
    person, position = env.slack.person("bea"), MEDIA.index(medium) + 1
    method = env.store.directory.contact_methods(person)[position - 1]
    return trial_key(env.addresses, person, position, method, env.slack.clock.now())


def answered(env: AnswerEnv) -> list[Medium]:
    return [one.medium for one in env.store.directory.contact_methods(env.slack.person("bea")) if one.verified_at]


def press(env: AnswerEnv, medium: Medium) -> str:
    return asked(f"{env.url}{path(env, medium)}?answer=accepted", b"").text


def _with_key(event: dict[str, Any], alias: str) -> dict[str, Any]:
    return {**event, "alert": {**event["alert"], "alias": alias}}


def _of_pagerduty(env: AnswerEnv) -> bytes:
    event = json.loads(pagerduty_event(env, NO_CALL))
    event["event"]["data"]["incident_key"] = key(env, Medium.PAGERDUTY)
    return json.dumps(event).encode()


ROADS: dict[Medium, Callable[[AnswerEnv], str]] = {
    Medium.EMAIL: lambda env: press(env, Medium.EMAIL),
    Medium.NTFY: lambda env: press(env, Medium.NTFY),
    Medium.VOICE: lambda env: env.twilio(path(env, Medium.VOICE), {"CallSid": "CA9", "Digits": "4"}).text,
    Medium.SMS: lambda env: env.text("4 test", NUMBER).text,
    Medium.PUSHOVER: lambda env: asked(f"{env.url}{path(env, Medium.PUSHOVER)}", b"acknowledged=1&receipt=r1").text,
    Medium.JSM: lambda env: env.jsm(_with_key(jsm_event(env, NO_CALL), key(env, Medium.JSM))).text,
    Medium.PAGERDUTY: lambda env: env.pagerduty(_of_pagerduty(env)).text,
}


@pytest.mark.parametrize("medium", ROADS)
def test_each_road_takes_the_answer_to_a_test_page(medium: Medium, env: AnswerEnv) -> None:
    reach(env)

    reply = ROADS[medium](env)

    assert answered(env) == [medium]
    if medium in (Medium.EMAIL, Medium.NTFY, Medium.VOICE, Medium.SMS):
        assert "your answer reached Muster" in reply


def test_opening_the_link_and_another_key_answer_nothing(env: AnswerEnv) -> None:
    reach(env)

    page = env.get(path(env, Medium.EMAIL))
    again = env.twilio(path(env, Medium.VOICE), {"CallSid": "CA9", "Digits": "1"})
    ended = env.twilio(path(env, Medium.VOICE), {"CallSid": "CA9", "CallStatus": "completed"})

    assert page.text.count("<button") == 1
    assert "Press 4" in again.text
    assert ended.status == 204
    assert answered(env) == []


def test_an_address_answers_no_more_once_it_is_over_or_the_contact_method_has_changed(env: AnswerEnv) -> None:
    reach(env)
    given, person = path(env, Medium.EMAIL), env.slack.person("bea")
    trials = TrialAnswers(env.addresses, env.store.directory, env.slack.clock)
    token, now = given.rpartition("/")[2], env.slack.clock.now()
    assert trials.of_token(token, "email") is not None
    assert trials.of_token(token, "ntfy") is None

    late = trial_url(
        env.addresses,
        person,
        2,
        env.store.directory.contact_methods(person)[1],
        now - LASTS - timedelta(seconds=2),
    )
    assert trials.of_token(late.rpartition("/")[2], "email") is None
    methods = list(env.store.directory.contact_methods(person))
    methods[1] = ContactMethod(medium=Medium.EMAIL, address="other@example.org")
    env.store.directory.put_contact_methods(person, methods)

    assert asked(f"{env.url}{given}?answer=accepted", b"").status == 404
    assert answered(env) == []


def test_a_key_of_a_provider_is_over_after_its_time_and_once_the_contact_method_has_changed(env: AnswerEnv) -> None:
    reach(env)
    person = env.slack.person("bea")
    trials = TrialAnswers(env.addresses, env.store.directory, env.slack.clock)
    given, now, position = key(env, Medium.PAGERDUTY), env.slack.clock.now(), MEDIA.index(Medium.PAGERDUTY) + 1
    methods = list(env.store.directory.contact_methods(person))
    late = trial_key(env.addresses, person, position, methods[-1], now - LASTS - timedelta(seconds=2))
    assert trials.of_key(given, Medium.PAGERDUTY) is not None
    assert trials.of_key(late, Medium.PAGERDUTY) is None
    assert trials.of_key(given.rpartition("-")[0] + "-" + "x" * 22, Medium.PAGERDUTY) is None

    methods[-1] = ContactMethod(medium=Medium.PAGERDUTY, address="another-key")
    env.store.directory.put_contact_methods(person, methods)

    assert trials.of_key(given, Medium.PAGERDUTY) is None


@pytest.mark.parametrize("until", ["999999999999", "1"])
def test_a_made_up_time_is_refused_alike_for_who_is_paged_and_who_is_not(until: str, env: AnswerEnv) -> None:
    reach(env)
    parts = path(env, Medium.EMAIL).split(".")

    for user in (parts[1], "UNOONE"):
        made_up = ".".join((parts[0], user, parts[2], until, parts[4]))
        assert env.get(made_up).status == 404


def test_an_answer_verifies_the_address_that_was_tested_and_none_that_came_in_its_place(env: AnswerEnv) -> None:
    reach(env)
    person = env.slack.person("bea")
    trials = TrialAnswers(env.addresses, env.store.directory, env.slack.clock)
    trial = trials.of_token(path(env, Medium.EMAIL).rpartition("/")[2], "email")
    assert trial is not None
    methods = list(env.store.directory.contact_methods(person))
    methods[1] = ContactMethod(medium=Medium.EMAIL, address="other@example.org")
    env.store.directory.put_contact_methods(person, methods)

    trials.confirm(trial)

    assert answered(env) == []


def test_a_text_message_from_another_number_answers_nothing(env: AnswerEnv) -> None:
    reach(env)

    assert "reached Muster" not in env.text("4 test", "+491709999999").text
    assert answered(env) == []
