"""`muster doctor` on paging: who can be woken, who cannot, and whether the providers take our credentials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.checks.check_result import Severity
from bot.cli.checks.contact_check import check_notices, check_recipients, contact_results, on_shifts
from bot.clock import SetClock
from bot.notify.channels.ntfy import ntfy
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.ports import Person
from roles.person_ids import slack_person
from roles.schedules.feed_copy import FeedCopy, FeedShift
from roles.schedules.schedule import Override
from tests.support import paging_providers as known
from tests.support.clock import T0, T
from tests.support.muster_command import POLICY
from tests.support.paging_providers import PagingProviders
from tests.support.policies import small_policy
from tests.support.started_record import StartedRecord

ANN, BEA, CY = (Person(id=slack_person("T1", f"U{n}"), name=name) for n, name in enumerate(("Ann", "Bea", "Cy"), 1))
NTFY = ContactMethod(medium=Medium.NTFY, address=known.TOPIC)
CHANNELS = {Medium.NTFY: ntfy(SecretStr("t"), SetClock(T0))}


@pytest.fixture
def providers() -> Iterator[PagingProviders]:
    double = PagingProviders()
    yield double
    double.close()


def test_whom_only_silent_methods_reach_is_named_once() -> None:
    methods = {ANN.id: [NTFY], BEA.id: [ContactMethod(medium=Medium.EMAIL, address="b@example.org")]}

    channels = {**CHANNELS, Medium.EMAIL: CHANNELS[Medium.NTFY]}
    good, alone, mailed = contact_results([ANN, BEA, CY], methods, channels)

    assert good.message == "Ann can be paged by ntfy …3a77, not verified."
    assert (alone.severity, mailed.severity) == (Severity.NOTE, Severity.NOTE)
    assert alone.message.startswith("A Slack direct message alone reaches Cy, and wakes no one.")
    assert mailed.message.startswith("A Slack direct message and mail reach Bea, and wake no one.")


def test_who_is_on_call_by_a_feed_or_a_cover_is_checked_too_and_past_shifts_are_not() -> None:
    shifts = [FeedShift(start=T(-120), end=T(one), person=who) for one, who in ((-60, ANN.id), (60, BEA.id))]
    copy = FeedCopy(schedule="payments", checked_at=T0, shifts=tuple(shifts))
    covers = [Override("payments", T(-120), T(one), add=who) for one, who in ((30, CY.id), (-30, ANN.id))]
    policy = small_policy(schedules={"payments": {"ical": "MUSTER_FEED_PAYMENTS"}}).with_overrides(covers, [copy])

    assert on_shifts(policy, T0) == {BEA.id, CY.id}


def test_a_rule_that_notifies_by_a_medium_without_settings_is_named() -> None:
    rules = [{"when": {"major": True}, "tell": ["legal"], "by": ["voice", "ntfy"]}]

    [found] = check_notices(small_policy(notify=rules), CHANNELS)

    assert found.message == "A rule of `notify` names voice, and MUSTER_TWILIO_SID is not set."


def test_a_method_without_its_settings_wakes_no_one() -> None:
    call = ContactMethod(medium=Medium.VOICE, address=known.MOBILE)

    wrong, asleep = contact_results([ANN], {ANN.id: [call]}, CHANNELS)

    assert wrong.message == "Ann has voice call …4567, not verified, and MUSTER_TWILIO_SID is not set."
    assert "Ann" in asleep.message


@pytest.mark.parametrize(("token", "says"), [(known.NTFY_TOKEN, "ntfy are good"), ("tk_wrong", "MUSTER_NTFY_TOKEN")])
def test_the_doctor_checks_credentials_and_who_can_be_paged(
    token: str, says: str, record: StartedRecord, providers: PagingProviders, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_text(f"{POLICY}\n", encoding="utf-8")
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "MUSTER_NTFY_URL": providers.url,
        "MUSTER_NTFY_TOKEN": token,
    }

    result = record.muster(tmp_path, "doctor", **settings)

    assert says in result.out
    assert token not in result.everything
    assert providers.published == []


def test_recipients_of_updates_without_a_usable_setting_are_named_and_no_address_is_shown() -> None:
    policy = small_policy(
        update_recipients={"exec": ["MUSTER_LIST_EXEC", "MUSTER_LIST_ALL", "MUSTER_LIST_BAD", "MUSTER_APPRISE_A"]}
    )
    given = {
        "MUSTER_LIST_ALL": SecretStr("all@example.org"),
        "MUSTER_LIST_BAD": SecretStr("nobody-at-example"),
        "MUSTER_APPRISE_A": SecretStr("json://x"),
    }

    found = [one.message for one in check_recipients(policy, given, {Medium.APPRISE: CHANNELS[Medium.NTFY]})]

    assert found == [
        "`update_recipients` names MUSTER_LIST_ALL, and MUSTER_SMTP_URL is not set.",
        "MUSTER_LIST_BAD is no e-mail address.",
        "`update_recipients` names MUSTER_LIST_EXEC, and there is no such setting. It holds an address.",
    ]
