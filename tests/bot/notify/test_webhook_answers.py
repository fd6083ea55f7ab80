"""Acknowledgements at a provider take the page for the person called, once, in any order, and only from the provider."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.notify.answers.page_key import page_key
from bot.notify.answers.providers.jsm_webhook import jsm_acknowledgement
from bot.notify.answers.providers.pushover_callback import pushover_acknowledgement
from bot.rendering.renderer import Mode, Renderer
from incident.effects.notifications import members
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import MUSTER
from tests.support.answer_env import AnswerEnv
from tests.support.provider_posts import jsm_event, pagerduty_event, pushover


def test_pagerduty_acknowledges_at_the_time_that_it_names(env: AnswerEnv) -> None:
    call = env.call()
    at = env.slack.clock.now()

    reply = env.pagerduty(pagerduty_event(env, call, occurred_at=at.isoformat()))

    [answered] = env.answers(call)
    assert reply.status == 204
    assert (answered.by, answered.fact.medium) == (env.slack.person("bea"), Medium.PAGERDUTY)
    assert answered.occurred_at == at


def test_another_person_who_acknowledges_at_the_provider_has_it_and_not_the_person_called(env: AnswerEnv) -> None:
    call, of_jsm = env.call(), env.call()
    ann = env.slack.person("ann")
    [known] = [one for one in env.store.directory.all_people() if one.id == ann]
    env.store.directory.put_contact_methods(ann, [ContactMethod(medium=Medium.EMAIL, address="ann@example.org")])

    env.pagerduty(pagerduty_event(env, call, agent={"summary": known.name, "type": "user_reference"}))
    env.jsm(jsm_event(env, of_jsm, alert={**jsm_event(env, of_jsm)["alert"], "username": "ANN@example.org"}))

    for one in (call, of_jsm):
        [answered] = env.answers(one)
        assert (answered.by, env.escalation(one).holder, env.escalation(one).person) == (
            ann,
            ann,
            env.slack.person("bea"),
        )
        assert ann in members(env.incident(one))
    assert f"{known.name} has {call.number}; you need not answer" in env.get(env.path(call, Medium.EMAIL)).text


def test_an_account_that_is_no_one_here_is_named_as_the_provider_does_and_the_call_is_answered(env: AnswerEnv) -> None:
    call, by_integration = env.call(), env.call()

    env.pagerduty(pagerduty_event(env, call, agent={"summary": "Zoe <!channel> Z.", "type": "user_reference"}))
    env.pagerduty(pagerduty_event(env, by_integration, agent={"summary": "Terraform", "type": "integration_reference"}))

    [answered], [other] = env.answers(call), env.answers(by_integration)
    assert (answered.by, answered.fact.taker_name) == (MUSTER, "Zoe <!channel> Z.")
    assert (other.by, other.fact.taker_name) == (env.slack.person("bea"), None)
    sentence = Renderer(Mode.DOCUMENT).macro("sentences.j2", "escalation_answered", answered)
    assert "accepted by someone (Zoe @channel Z.), in PagerDuty" in sentence
    assert env.escalation(call).holder == env.slack.person("bea")


def test_an_unknown_account_of_jira_leaves_no_address_on_the_record(env: AnswerEnv) -> None:
    call = env.call()

    env.jsm(jsm_event(env, call, alert={**jsm_event(env, call)["alert"], "username": "zoe@example.org"}))

    [answered] = env.answers(call)
    assert (answered.by, answered.fact.taker_name) == (MUSTER, "zoe")


@pytest.mark.parametrize("wrong", ["never", "2026-13-01T00:00:00Z", "2031-01-01T00:00:00Z", "2001-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_right_is_not_used(wrong: str, env: AnswerEnv) -> None:
    call = env.call()

    env.pagerduty(pagerduty_event(env, call, occurred_at=wrong))

    [answered] = env.answers(call)
    assert datetime.now(UTC) - answered.occurred_at < timedelta(minutes=1)


def test_a_delivery_that_comes_twice_or_after_an_answer_changes_nothing(env: AnswerEnv) -> None:
    call = env.call()
    body = pagerduty_event(env, call)

    replies = [env.pagerduty(body), env.pagerduty(body), env.pagerduty(pagerduty_event(env, call, "01E"))]
    replies.append(env.jsm(jsm_event(env, call)))

    assert [reply.status for reply in replies] == [204] * 4
    assert len(env.answers(call)) == 1


@pytest.mark.parametrize("id_", ["\ud800", "\x00"])
def test_an_id_that_no_database_could_store_is_an_id_all_the_same(id_: str, env: AnswerEnv) -> None:
    call, other = env.call(), env.call()
    alert = {**jsm_event(env, other)["alert"], "alertId": id_}

    replies = [env.pagerduty(pagerduty_event(env, call, id_)), env.jsm(jsm_event(env, other, alert=alert))]

    assert [reply.status for reply in replies] == [204] * 2
    assert [len(env.answers(one)) for one in (call, other)] == [1, 1]


def test_other_events_in_any_order_answer_nothing(env: AnswerEnv) -> None:
    call = env.call()
    kinds = ("incident.resolved", "incident.triggered", "incident.unacknowledged", "pagey.ping")

    replies = [env.pagerduty(pagerduty_event(env, call, event_type=kind)) for kind in kinds]

    assert [reply.status for reply in replies] == [204] * 4
    assert env.answers(call) == []


def test_jsm_acknowledges_with_the_secret_in_its_header(env: AnswerEnv) -> None:
    account = ContactMethod(medium=Medium.JSM, address="bea@example.org")
    env.store.directory.put_contact_methods(env.slack.person("bea"), [account])
    call = env.call()

    reply = env.jsm(jsm_event(env, call))

    [answered] = env.answers(call)
    assert reply.status == 204
    assert (answered.by, answered.fact.medium) == (env.slack.person("bea"), Medium.JSM)


def test_pushover_calls_back_at_the_address_of_the_page(env: AnswerEnv) -> None:
    call = env.call()

    statuses = [pushover(env, call, acknowledged="0"), pushover(env, call), pushover(env, call)]

    [answered] = env.answers(call)
    assert statuses == [204, 204, 204]
    assert (answered.by, answered.fact.medium) == (env.slack.person("bea"), Medium.PUSHOVER)


@pytest.mark.parametrize("secret", ["", "another-secret"])
def test_a_webhook_that_the_provider_did_not_send_answers_nothing(secret: str, env: AnswerEnv) -> None:
    call = env.call()

    replies = [
        env.pagerduty(pagerduty_event(env, call), secret=secret),
        env.jsm(jsm_event(env, call), secret=secret),
    ]

    assert [(reply.status, reply.text) for reply in replies] == [(401, "")] * 2
    assert env.answers(call) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"event": 7}', b"[" * 50_000])
def test_a_signed_body_that_is_no_event_is_accepted_and_answers_nothing(body: bytes, env: AnswerEnv) -> None:
    assert env.pagerduty(body).status == 204


def test_a_page_of_another_workspace_is_none_of_ours(env: AnswerEnv) -> None:
    call = env.call()
    data = {"incident_key": page_key("T9", call)}

    assert env.pagerduty(pagerduty_event(env, call, data=data)).status == 204
    assert env.answers(call) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"action": "Acknowledge"}',
        b'{"action": "Acknowledge", "alert": {"alias": 7}}',
        b'{"action": "Close", "alert": {"alias": "a"}}',
        b"[" * 50_000,
    ],
)
def test_a_body_of_jsm_that_is_no_acknowledgement_is_none(body: bytes) -> None:
    assert jsm_acknowledgement(body) is None


@pytest.mark.parametrize("updated", [None, "x", 10**30, -1])
def test_a_time_of_jsm_outside_the_calendar_is_left_out(updated: object) -> None:
    found = jsm_acknowledgement(
        json.dumps({"action": "Acknowledge", "alert": {"alias": "a", "updatedAt": updated}}).encode()
    )

    assert found is not None
    assert found.at is None or found.at.year < 1971


@pytest.mark.parametrize("seconds", ["", "x", "-1", "9" * 40, "٣"])
def test_a_time_of_pushover_that_is_none_is_left_out(seconds: str) -> None:
    found = pushover_acknowledgement({"acknowledged": "1", "acknowledged_at": seconds})

    assert found is not None
    assert found.at is None
