"""An incident pages people beside Slack: each contact method in its turn, each attempt on record, until the call is settled."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from pydantic import SecretStr

from bot.notify.answers.answer_address import CallReference, answer_addresses, answer_url
from bot.notify.answers.page_key import call_of_key
from bot.worker.worker import Worker
from incident.entries.delivery import DeliveryFailed, PageAttempted, PagePlanned
from incident.medium import Medium
from incident.policy import People
from storage.store import Store
from tests.support import paging_providers as known
from tests.support.http_double import BROKEN, BUSY
from tests.support.paging_env import ADDRESSES, PagingEnv, paging_env_on
from tests.support.paging_providers import PagingProviders
from tests.support.worker_env import posts

VOICE, SMS, PUSHOVER, NTFY = Medium.VOICE, Medium.SMS, Medium.PUSHOVER, Medium.NTFY


def test_the_phone_of_who_is_on_call_rings_as_soon_as_a_p1_is_declared(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))

    key = night.declare()

    [call] = night.providers.telephone.values()
    assert call["To"] == known.MOBILE
    assert "Payments fail" in call["Twiml"]
    [entry] = night.rig.entries(key, PageAttempted.kind)
    assert night.attempts(key) == [("voice", "sent", 1)]
    assert entry.fact.ref in night.providers.telephone


def test_a_page_carries_the_address_that_answers_it_where_there_is_one(night: PagingEnv) -> None:
    rig = night.rig
    night.addresses = answer_addresses("https://muster.example.org", SecretStr("xoxb-1"), rig.team)
    night.use()
    night.reach("eva", (NTFY, 0))

    key = night.declare()

    call = rig.incident(key).escalations[0]
    [push] = night.providers.published
    assert push["actions"][0]["url"].startswith(answer_url(night.addresses, rig.incident(key), call, NTFY))


def test_two_contact_methods_of_one_kind_are_two_pages_of_the_same_call(night: PagingEnv) -> None:
    night.reach("eva", (Medium.JSM, 0), (Medium.JSM, 0))

    key = night.declare()

    call = night.rig.incident(key).escalations[0]
    assert len(night.providers.jsm_alerts) == 2
    named = {call_of_key(alias, night.rig.team) for alias in night.providers.jsm_alerts}
    assert named == {CallReference("INC-2026-0001", call.n)}


def test_the_direct_message_goes_out_beside_the_pages(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))

    night.declare()

    assert "needs you" in night.rig.direct("eva")[-1].text


def test_each_contact_method_comes_after_its_delay_until_the_call_is_answered(night: PagingEnv) -> None:
    night.reach("eva", (NTFY, 0), (SMS, 1), (VOICE, 3))
    key = night.declare()
    assert night.attempts(key) == [("ntfy", "sent", 1)]

    night.rig.after(minutes=2)
    assert night.attempts(key) == [("ntfy", "sent", 1), ("sms", "sent", 1)]

    night.rig.act("answer", "eva", key, answer="accepted")
    night.rig.after(minutes=10)
    assert [medium for medium, _, _ in night.attempts(key)] == ["ntfy", "sms"]


def test_a_contact_method_that_would_come_after_the_call_lapsed_is_not_used(night: PagingEnv) -> None:
    night.reach("eva", (NTFY, 0), (VOICE, 7))
    key = night.declare()

    night.rig.after(minutes=12)

    assert [medium for medium, _, _ in night.attempts(key)] == ["ntfy"]
    assert night.rig.incident(key).escalations[0].answer == "lapsed"


def test_the_next_level_is_paged_by_its_own_contact_methods(night: PagingEnv) -> None:
    night.reach("rosa", (SMS, 0))
    key = night.declare()
    assert night.attempts(key) == []

    night.rig.after(minutes=6)

    assert night.attempts(key) == [("sms", "sent", 1)]


def test_a_wrong_credential_is_on_record_and_in_the_channel_and_the_next_method_comes_at_once(night: PagingEnv) -> None:
    night.use(twilio="wr0ngwr0ngwr0ngwr0ngwr0ngwr0ngwr")
    night.reach("eva", (VOICE, 0), (NTFY, 4))

    key = night.declare()
    night.rig.after(seconds=2)

    assert night.attempts(key) == [("voice", "failed", 1), ("ntfy", "sent", 1)]
    [line] = night.lines(key, "could not be paged")
    assert line.startswith(":warning: <@U02EVA> could not be paged by phone: Twilio refuses MUSTER_TWILIO_SID")
    assert line.endswith("Next: by push message.")


def test_a_last_contact_method_that_fails_is_a_red_line_that_says_to_phone(night: PagingEnv) -> None:
    night.use(without=SMS)
    night.reach("eva", (SMS, 0))

    key = night.declare()
    night.rig.after(seconds=2)

    [line] = night.lines(key, "could not be paged")
    assert line.startswith(":red_circle: *<@U02EVA> could not be paged* by text message, and no other way is left")
    assert "MUSTER_TWILIO_SID is not set. Slack won't wake them. Phone them now." in line


def test_that_a_page_failed_reaches_people_though_slack_refused_the_channel(night: PagingEnv) -> None:
    night.use(pushover="wrong")
    night.reach("eva", (Medium.PUSHOVER, 0))
    night.rig.sandbox.faults.fail_with("restricted_action", "conversations.create", times=3)
    # Every part of the bench reads this one policy.
    object.__setattr__(night.rig.policy, "people", People(manager=night.rig.users["rosa"]))

    night.declare()
    night.rig.after(seconds=5)

    announced = posts(night.rig.named("incidents"), night.rig.sandbox)
    for posted in (night.rig.direct("ilse"), night.rig.direct("rosa"), announced):
        [line] = [one.text for one in posted if "could not be paged" in one.text]
        assert line.startswith("*INC-2026-0001 (P1)* has no channel, so I say it here:")
        assert "Phone them now" in line


def test_a_provider_that_breaks_is_tried_again_after_seconds_and_the_next_method_comes_now(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (NTFY, 4))
    night.providers.faults = [BROKEN]

    key = night.declare()
    assert night.attempts(key) == [("voice", "unknown", 1), ("ntfy", "sent", 1)]

    night.rig.after(seconds=6)
    assert night.attempts(key)[2:] == [("voice", "sent", 2)]
    assert night.lines(key, "could not be paged") == []


def test_a_provider_that_stays_broken_is_tried_four_times_and_then_given_up(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))
    night.providers.faults = [BROKEN] * 9

    key = night.declare()
    night.rig.after(minutes=3)

    assert night.attempts(key) == [*(("voice", "unknown", n) for n in (1, 2, 3)), ("voice", "failed", 4)]
    times = [entry.occurred_at for entry in night.rig.entries(key, PageAttempted.kind)]
    assert [round((later - one).total_seconds()) for one, later in pairwise(times)] == [5, 15, 45]
    assert night.lines(key, ":red_circle:") != []


def test_a_busy_provider_is_asked_again_when_it_says_and_a_long_wait_brings_the_next_method(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (NTFY, 4))
    night.providers.faults, night.providers.retry_after = [BUSY], "20"

    key = night.declare()
    assert night.attempts(key) == [("voice", "postponed", 1), ("ntfy", "sent", 1)]

    night.rig.after(seconds=21)
    assert night.attempts(key)[2:] == [("voice", "sent", 2)]


def test_a_short_wait_of_a_busy_provider_is_no_entry(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (NTFY, 4))
    night.providers.faults, night.providers.retry_after = [BUSY], "3"

    key = night.declare()
    assert night.attempts(key) == []

    night.rig.after(seconds=4)
    assert night.attempts(key) == [("voice", "sent", 1)]


def test_short_waits_without_an_end_are_a_long_one(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (NTFY, 4))
    night.providers.faults, night.providers.retry_after = [BUSY] * 8, "3"

    key = night.declare()
    night.rig.after(seconds=30)

    assert night.attempts(key)[:2] == [("voice", "postponed", 1), ("ntfy", "sent", 1)]
    assert night.attempts(key)[-1] == ("voice", "sent", 2)


def test_a_job_that_a_fault_of_ours_ends_is_a_line_that_says_to_phone(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0))

    def broken(point: str) -> None:
        if point == "page_method:call:before":
            raise LookupError("a fault of ours")

    night.use(reached=broken)
    key = night.declare()
    night.rig.after(minutes=2)

    [lost] = night.rig.entries(key, DeliveryFailed.kind)
    assert (lost.fact.medium, lost.fact.what, lost.fact.who) == (VOICE, "page_method", night.rig.person("eva"))
    assert night.lines(key, "<@U02EVA> could not be paged beside Slack. Phone them: I failed, by") != []


def test_a_contact_method_removed_meanwhile_fails_and_one_that_moved_is_found(night: PagingEnv) -> None:
    night.reach("eva", (NTFY, 1), (SMS, 2), (VOICE, 3))
    key = night.declare()

    night.reach("eva", (SMS, 2), (NTFY, 1))
    night.rig.after(minutes=4)

    assert night.attempts(key) == [("ntfy", "sent", 1), ("sms", "sent", 1), ("voice", "failed", 1)]
    assert night.lines(key, "could not be paged by phone: The contact method was removed or changed.") != []


def test_who_has_no_contact_method_is_paged_in_slack_only_and_the_channel_says_so(night: PagingEnv) -> None:
    key = night.declare()

    [plan] = night.rig.entries(key, PagePlanned.kind)
    assert plan.fact.methods == ()
    [line] = night.lines(key, "is paged")
    assert line.startswith("<@U02EVA> is paged in Slack only and has until ")
    assert line.endswith("Slack won't wake them. Phone them too.")
    sentence = night.rig.adapter.plain.macro("sentences.j2", PagePlanned.kind, plan)
    assert sentence.endswith("goes out in Slack only, which wakes no one")


def test_mail_wakes_no_one_either_and_the_channel_says_so(night: PagingEnv) -> None:
    night.reach("eva", (Medium.EMAIL, 0))

    key = night.declare()

    [line] = night.lines(key, "is paged")
    assert line.startswith("<@U02EVA> is paged in Slack and by e-mail and has until ")
    assert line.endswith("That won't wake them. Phone them too.")


def test_the_channel_says_by_which_ways_a_person_is_paged(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (SMS, 2))

    key = night.declare()

    [line] = night.lines(key, "is paged")
    assert line.startswith("<@U02EVA> is paged by phone and by text message after 2 min and has until ")
    assert "Phone them" not in line


def test_the_card_shows_an_open_call_with_the_ways_that_rang(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (SMS, 1))
    key = night.declare()
    night.rig.after(minutes=1, seconds=5)

    def card() -> str:
        return str(next(one.blocks for one in night.rig.messages(key) if one.blocks))

    assert re.search(r"\*Called\* <@U02EVA>, by phone <!date[^>]*>, by text message <!date[^>]*>, to answer by", card())

    night.rig.act("answer", "eva", key, answer="accepted")
    night.rig.after(seconds=5)
    assert "*Called*" not in card()


def test_the_page_of_a_restricted_incident_has_its_number_only(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 0), (NTFY, 0))

    night.declare(title="Customer data of Acme leaked", private=True)

    [call], [push] = night.providers.telephone.values(), night.providers.published
    assert "Incident 1 needs your help" in call["Twiml"]
    assert not any("Acme" in json.dumps(one) or "slack.com" in json.dumps(one) for one in (call, push))


@pytest.mark.parametrize("end", ["void", "undo", "resolve"])
def test_nothing_is_sent_any_more_once_the_incident_is_not_responded_to(night: PagingEnv, end: str) -> None:
    night.reach("eva", (VOICE, 2))
    key = night.declare(impact=2, urgency=2) if end == "undo" else night.declare()
    if end == "undo":
        night.rig.act("priority", "ilse", key, impact=1, urgency=1, justification="It is every customer who pays")
        assert night.rig.incident(key).escalations
        night.rig.act("undo", "ilse", key)
    elif end == "void":
        night.rig.act("void", "ilse", key, as_="false_alarm", reason="the probe was broken")
    else:
        night.rig.act("take", "ilse", key, role="commander")
        night.rig.act("restored", "ilse", key, text="Payments work again")
        night.rig.act("resolve", "ilse", key, how="fix", text="The gateway was restarted and watched for an hour")

    night.rig.after(minutes=4)

    assert (night.attempts(key), night.providers.telephone) == ([], {})


def test_who_cannot_be_asked_any_more_is_not_rung(night: PagingEnv) -> None:
    night.reach("eva", (VOICE, 2))
    night.rig.sandbox.workspace.people[night.rig.users["eva"]].deleted = True

    key = night.declare()
    night.rig.after(minutes=4)

    assert night.attempts(key) == []


def test_no_address_and_no_credential_is_in_an_entry_or_a_job(
    night: PagingEnv, caplog: pytest.LogCaptureFixture
) -> None:
    media = [medium for medium in ADDRESSES if medium is not Medium.EMAIL]
    night.reach("eva", *((medium, 0) for medium in media))
    night.providers.faults = [BROKEN] * 4
    key = night.declare()
    night.rig.after(minutes=2)

    def payloads() -> list[str]:
        rows = night.rig.store.transactions.read(
            lambda connection: connection.exec_driver_sql("SELECT payload, error, result FROM job").all()
        )
        return [str(row) for row in rows]

    stored = [entry.model_dump_json() for entry in night.rig.entries(key)] + payloads() + [caplog.text]
    secrets = [*ADDRESSES.values(), known.TWILIO_TOKEN, known.GENIE_KEY, known.APP_TOKEN, known.NTFY_TOKEN]
    assert {medium for medium, _, _ in night.attempts(key)} == {medium.value for medium in media}
    assert [secret for secret in secrets if any(secret in one for one in stored)] == []


def test_two_replicas_page_once_on_either_database(store: Store, providers: PagingProviders) -> None:
    with paging_env_on(store, providers) as env:
        env.reach("eva", (VOICE, 0), (NTFY, 0))
        other, again = env.worker("another"), Barrier(2)
        key = env.rig.declare()

        def drain(worker: Worker) -> None:
            again.wait(10)
            worker.drain(env.rig.clock.now())

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(drain, (other, env.rig.worker)))
        other.stop()
        env.rig.drain()

        assert sorted(env.attempts(key)) == [("ntfy", "sent", 1), ("voice", "sent", 1)]
        assert (len(providers.telephone), len(providers.published)) == (1, 1)
