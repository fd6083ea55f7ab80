"""The page behind a link: a scanner that opens it answers nothing, a person's button is the verb `answer`."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from incident.entry import EntryPoint
from incident.medium import Medium
from tests.support.answer_env import AnswerEnv, asked


def test_opening_the_page_shows_two_buttons_and_records_nothing(env: AnswerEnv) -> None:
    call = env.call(title="Cards fail")

    page = env.get(env.path(call, Medium.EMAIL))

    assert page.status == 200
    assert page.text.count("<button") == 2
    for words in (call.number, "Cards fail", "Ann Lee needs your help", "The pool is full", "Answer by"):
        assert words in page.text
    assert env.answers(call) == []


def test_a_button_is_the_answer_of_the_person_called_by_that_medium(env: AnswerEnv) -> None:
    call = env.call()

    page = env.press(call, "accepted", Medium.NTFY)

    [answered] = env.answers(call)
    assert page.status == 200
    assert f"You have {call.number}." in page.text
    assert "<button" not in page.text
    assert (answered.by, answered.fact.answer, answered.fact.medium) == (
        env.slack.person("bea"),
        "accepted",
        Medium.NTFY,
    )
    assert answered.source.surface is EntryPoint.WEB


def test_the_button_of_a_push_message_answers_by_its_query(env: AnswerEnv) -> None:
    call = env.call()

    reply = asked(f"{env.url}{env.path(call, Medium.NTFY)}?answer=declined", b"")

    assert reply.status == 200
    assert env.escalation(call).answer == "declined"


def test_a_button_pressed_twice_answers_once_and_is_no_failure(env: AnswerEnv) -> None:
    call = env.call()

    pages = [env.press(call, "accepted") for _ in range(3)]

    assert [page.status for page in pages] == [200, 200, 200]
    assert len(env.answers(call)) == 1


def test_after_an_answer_the_other_button_changes_nothing(env: AnswerEnv) -> None:
    call = env.call()
    env.press(call, "accepted")

    page = env.press(call, "declined")

    assert page.status == 409
    assert f"You have {call.number}." in page.text
    assert env.escalation(call).answer == "accepted"


def test_a_call_that_another_person_has_says_who_and_takes_no_answer(env: AnswerEnv) -> None:
    call = env.call("bea")
    env.take_over(call, "ann")

    pages = [env.get(env.path(call, Medium.EMAIL)), env.press(call, "accepted")]

    assert [page.status for page in pages] == [200, 409]
    assert all(f"Ann Lee has {call.number}; you need not answer." in page.text for page in pages)
    assert env.answers(call) == []


def test_a_call_of_an_incident_that_is_over_says_so(env: AnswerEnv) -> None:
    call = env.call()
    env.slack.run("void", {"as_": "false_alarm", "reason": "It was a test of the alarm"}, "ann", number=call.number)

    pages = [env.get(env.path(call, Medium.EMAIL)), env.press(call, "accepted")]

    assert [page.status for page in pages] == [200, 409]
    assert all(f"{call.number} is over; no answer is needed any more." in page.text for page in pages)
    assert all("<button" not in page.text for page in pages)
    assert env.answers(call) == []


def test_of_a_restricted_incident_the_page_has_the_number_only(env: AnswerEnv) -> None:
    call = env.call(title="Leaked keys", symptom="Keys on a forum", type="security")

    pages = [env.get(env.path(call, Medium.EMAIL)), env.press(call, "accepted")]

    assert env.escalation(call).answer == "accepted"
    for page in pages:
        assert call.number in page.text
        for secret in ("slack.com", "Leaked", "forum", "checkout", "Ann", "pool", "P1", "Bea"):
            assert secret not in page.text


@pytest.mark.parametrize("answer", ["", "maybe", "ACCEPTED"])
def test_an_answer_that_is_none_is_asked_again(answer: str, env: AnswerEnv) -> None:
    call = env.call()

    page = env.press(call, answer)

    assert page.status == 400
    assert "Say whether you have it or cannot." in page.text
    assert env.answers(call) == []


def test_a_token_that_was_not_made_here_finds_nothing(env: AnswerEnv) -> None:
    call = env.call()
    good = env.path(call, Medium.EMAIL)
    forged = [good[:-1], good.replace("/email/", "/ntfy/"), good.replace("/email/", "/pigeon/"), "/answer/email/x"]

    assert [env.get(path).status for path in forged] == [404] * 4
    assert [asked(f"{env.url}{path}", b"answer=accepted").status for path in forged] == [404] * 4
    assert env.answers(call) == []


def test_a_call_that_does_not_exist_was_taken_back(env: AnswerEnv) -> None:
    call = env.call()._replace(n=9999)

    page = env.press(call, "accepted")

    assert page.status == 410
    assert "was taken back" in page.text


def test_two_replicas_that_get_the_same_press_record_it_once(env: AnswerEnv) -> None:
    call, second = env.call(), env.replica()
    path = env.path(call, Medium.NTFY)

    replies = [asked(f"{at}{path}", b"answer=accepted") for at in (env.url, f"http://127.0.0.1:{second.port}")]
    second.stop()

    assert [reply.status for reply in replies] == [200, 200]
    assert len(env.answers(call)) == 1


def test_presses_at_the_same_moment_on_two_replicas_are_one_answer(postgres_url: str) -> None:
    env = AnswerEnv(postgres_url)
    call, second = env.call(), env.replica()
    path, places = env.path(call, Medium.NTFY), (env.url, f"http://127.0.0.1:{second.port}")

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda at: asked(f"{at}{path}", b"answer=accepted").status, places * 4))
    answers = env.answers(call)
    second.stop()
    env.close()

    assert statuses == [200] * 8
    assert len(answers) == 1


def test_text_of_people_is_data_on_the_page(env: AnswerEnv) -> None:
    call = env.call(title="<script>alert(1)</script> {{ 7 * 7 }}")

    page = env.get(env.path(call, Medium.EMAIL))

    assert "<script>" not in page.text
    assert "49" not in page.text


def test_the_page_loads_nothing_and_posts_to_itself_alone(env: AnswerEnv) -> None:
    page = env.get(env.path(env.call(), Medium.EMAIL))

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert re.findall(r"(?:src|href|action)=", page.text) == ["href="]
    assert "https://slack.com/app_redirect?team=" in page.text


def test_no_token_reaches_the_log_or_the_record(env: AnswerEnv, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    call = env.call()
    proof = env.path(call, Medium.EMAIL).rpartition(".")[2]

    env.get(env.path(call, Medium.EMAIL))
    env.press(call, "accepted")

    assert proof not in caplog.text
    assert proof not in repr(env.slack.entries(env.key(call)))
