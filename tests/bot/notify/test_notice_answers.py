"""A notice is confirmed outside Slack by its link, a push button or a key; opening the page records nothing."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from bot.notify.answers.notices.notice_address import NoticeReference, notice_url
from incident.entries.delivery import NoticeSeen, Notified
from incident.entry import Entry, EntryPoint
from incident.medium import Medium
from tests.support.answer_env import BASE, AnswerEnv, Reply, asked


def notified(env: AnswerEnv, **fields: str) -> NoticeReference:
    """Notify bea of a new incident."""
    call, person = env.call("ann", **fields), env.slack.person("bea")
    due_at = env.slack.clock.now() + timedelta(minutes=15)
    fact = Notified(rule="P1", office="legal", people=(person,), due_at=due_at)
    env.slack.record.note(env.key(call), [fact], f"notified:{call.number}")
    return NoticeReference(call.number, env.incident(call).notices[-1].n, person)


def path(env: AnswerEnv, notice: NoticeReference, medium: Medium = Medium.EMAIL) -> str:
    return notice_url(env.addresses, notice, medium).removeprefix(BASE)


def press(env: AnswerEnv, notice: NoticeReference) -> Reply:
    return asked(f"{env.url}{path(env, notice)}", urlencode({"answer": "seen"}).encode())


def receipts(env: AnswerEnv, notice: NoticeReference) -> list[Entry]:
    key = env.store.recorder.read(lambda reader: reader.find(env.slack.team, number=notice.number))
    assert key is not None
    return list(env.slack.entries(key, NoticeSeen.kind))


def test_opening_the_page_records_nothing_and_its_button_is_the_receipt_of_the_person_once(env: AnswerEnv) -> None:
    notice = notified(env)

    page = env.get(path(env, notice))
    assert (page.status, page.text.count("<button"), receipts(env, notice)) == (200, 1, [])
    assert "checkout" in page.text

    first, second = press(env, notice), press(env, notice)

    [receipt] = receipts(env, notice)
    assert (receipt.by, receipt.fact.notified, receipt.source.surface) == (notice.person, notice.n, EntryPoint.WEB)
    for reply in (first, second):
        assert f"recorded that you know of {notice.number}" in reply.text
        assert "<button" not in reply.text


def test_the_button_of_a_push_message_and_a_key_of_a_call_confirm_too(env: AnswerEnv) -> None:
    pushed, called = notified(env), notified(env)

    asked(f"{env.url}{path(env, pushed, Medium.NTFY)}?answer=seen", b"")
    voice = path(env, called, Medium.VOICE)
    assert env.twilio(voice, {"CallSid": "CA1", "CallStatus": "completed"}).status == 204
    again = env.twilio(voice, {"CallSid": "CA1", "Digits": "*"})
    assert "Press 4" in again.text
    assert receipts(env, called) == []
    taken = env.twilio(voice, {"CallSid": "CA1", "Digits": "4"})

    assert "<Hangup" in taken.text
    assert len(receipts(env, pushed)) == len(receipts(env, called)) == 1


def test_an_address_of_another_person_or_medium_and_an_unsigned_key_confirm_nothing(env: AnswerEnv) -> None:
    notice = notified(env)
    own = path(env, notice)
    user = notice.person.rpartition(":")[2]
    forged = own.replace(f".{user}.", f".{env.slack.person('ann').rpartition(':')[2]}.")

    for address in (forged, own.replace("/email/", "/ntfy/")):
        assert asked(f"{env.url}{address}", urlencode({"answer": "seen"}).encode()).status == 404
    assert env.twilio(path(env, notice, Medium.VOICE), {"Digits": "4"}, token="wrong").status == 403
    assert asked(f"{env.url}{own}", b"").status == 400
    assert receipts(env, notice) == []


def test_a_notice_that_is_not_the_persons_is_gone_and_a_restricted_incident_shows_its_number_only(
    env: AnswerEnv,
) -> None:
    notice = notified(env, title="Keys leaked", private=True)
    other = notice._replace(person=env.slack.person("ann"))

    page = env.get(path(env, notice))

    assert env.get(path(env, other)).status == 410
    assert notice.number in page.text
    for hidden in ("Keys leaked", "checkout", "P1"):
        assert hidden not in page.text
    assert press(env, notice).status == 200
    assert len(receipts(env, notice)) == 1


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.PUSHOVER])
def test_the_media_that_hold_a_link_open_the_page(env: AnswerEnv, medium: Medium) -> None:
    assert env.get(path(env, notified(env), medium)).text.count("<button") == 1
