"""While the database is absent nothing is lost: providers come again, and people are asked to."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bot.notify.answers.public_answers import ANSWER_SECONDS
from bot.notify.answers.trial_answers import trial_url
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from tests.support.answer_env import BASE, AnswerEnv, asked
from tests.support.db_proxy import DatabaseProxy
from tests.support.provider_posts import asks_for_a_key, jsm_event, pagerduty_event, pushover, words_of
from tests.support.wait import until


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[DatabaseProxy]:
    opened = DatabaseProxy(postgres_url)
    yield opened
    opened.set("ok")
    opened.close()


@pytest.fixture
def env(proxy: DatabaseProxy) -> Iterator[AnswerEnv]:
    opened = AnswerEnv(proxy.url)
    yield opened
    proxy.set("ok")
    opened.close()


@pytest.mark.parametrize("mode", ["refuse", "deaf"])
def test_a_page_behind_a_link_says_that_nothing_is_recorded_and_what_to_do(
    mode: str, env: AnswerEnv, proxy: DatabaseProxy
) -> None:
    call = env.call()
    proxy.set(mode)
    began = time.monotonic()

    pages = [env.press(call, "accepted"), env.get(env.path(call, Medium.EMAIL))]
    took = time.monotonic() - began
    proxy.set("ok")

    assert [page.status for page in pages] == [503, 503]
    assert all("Try again in a minute, or answer in Slack." in page.text for page in pages)
    assert all(page.headers["retry-after"] for page in pages)
    assert took < 2 * ANSWER_SECONDS + 4
    assert until(lambda: env.press(call, "accepted").status == 200)
    assert len(env.answers(call)) == 1


def test_a_test_page_says_in_time_that_nothing_is_recorded(env: AnswerEnv, proxy: DatabaseProxy) -> None:
    person, method = env.slack.person("bea"), ContactMethod(medium=Medium.EMAIL, address="bea@example.org")
    env.store.directory.put_contact_methods(person, [method])
    path = trial_url(env.addresses, person, 1, method, env.slack.clock.now()).removeprefix(BASE)
    proxy.set("deaf")
    began = time.monotonic()

    shown = env.get(path)
    took = time.monotonic() - began
    proxy.set("refuse")
    pressed = asked(f"{env.url}{path}?answer=accepted", b"")
    proxy.set("ok")

    assert (shown.status, pressed.status) == (503, 503)
    assert "Try again in a minute" in shown.text
    assert took < ANSWER_SECONDS + 3
    assert until(lambda: asked(f"{env.url}{path}?answer=accepted", b"").status == 200)


def test_a_provider_that_comes_again_is_heeded(env: AnswerEnv, proxy: DatabaseProxy) -> None:
    by_pagerduty, by_jsm, by_pushover = (env.call() for _ in range(3))
    body, event = pagerduty_event(env, by_pagerduty), jsm_event(env, by_jsm)
    proxy.set("refuse")

    refused = [env.pagerduty(body).status, env.jsm(event).status, pushover(env, by_pushover)]
    proxy.set("ok")
    taken = [env.pagerduty(body).status, env.jsm(event).status, pushover(env, by_pushover)]

    assert (refused, taken) == ([503] * 3, [204] * 3)
    assert [len(env.answers(call)) for call in (by_pagerduty, by_jsm, by_pushover)] == [1, 1, 1]


def test_a_telephone_says_that_nothing_is_recorded_and_takes_the_answer_again(
    env: AnswerEnv, proxy: DatabaseProxy
) -> None:
    by_key = env.call("bea")
    env.call("ann")
    proxy.set("refuse")

    pressed, written = env.dial(by_key, "4"), env.text("4", "+491701111111")
    proxy.set("ok")

    assert words_of(pressed).startswith("Your answer is not recorded")
    assert len(asks_for_a_key(pressed)) == 3
    assert words_of(written).startswith("Your answer is not recorded")
    assert words_of(env.dial(by_key, "4")).startswith("You have")
    assert words_of(env.text("4", "+491701111111")).startswith("You have")
