"""`muster contact` and `muster page-test`, with a real database, a real SMTP server and a provider over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from slack_sdk import WebClient

from bot.cli.contacts import page_test_command
from bot.cli.contacts.page_test_command import page_person, verify_contact
from bot.clock import RealClock
from bot.notify.answers.answer_address import answer_addresses
from bot.notify.answers.trial_answers import TrialAnswers
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.ports import Person
from roles.person_ids import slack_person
from sandbox.pretend_workspace import Sandbox
from tests.support import paging_providers as known
from tests.support import wait
from tests.support.answer_env import BASE
from tests.support.paging_providers import PagingProviders
from tests.support.smtp_double import SmtpDouble
from tests.support.started_record import FIRST_START, StartedRecord

ANN = slack_person("T1", "U1")


@pytest.fixture
def providers() -> Iterator[PagingProviders]:
    double = PagingProviders()
    yield double
    double.close()


@pytest.fixture
def server() -> Iterator[SmtpDouble]:
    double = SmtpDouble()
    yield double
    double.close()


@pytest.fixture
def settings(sandbox: Sandbox, providers: PagingProviders, server: SmtpDouble) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.base_url,
        "MUSTER_SMTP_URL": f"smtp://localhost:{server.port}",
        "MUSTER_MAIL_FROM": "muster@internal.net",
        "MUSTER_NTFY_URL": providers.url,
        "MUSTER_NTFY_TOKEN": known.NTFY_TOKEN,
    }


def methods(record: StartedRecord) -> tuple[ContactMethod, ...]:
    with record.store() as store:
        return store.directory.contact_methods(ANN)


def put(record: StartedRecord, *given: ContactMethod) -> None:
    with record.store() as store:
        store.directory.put_contact_methods(ANN, given)


def test_contact_methods_are_added_listed_and_removed(record: StartedRecord, tmp_path: Path) -> None:
    record.muster(tmp_path, "contact", "add", "@ann", "email", "ann@example.org")
    added = record.muster(tmp_path, "contact", "add", "@ann", "sms", "+491701234567", "--after", "5")

    listed = record.muster(tmp_path, "contact", "list")
    removed = record.muster(tmp_path, "contact", "remove", "@ann", "1")

    assert added.code == listed.code == removed.code == 0
    assert "Ann Low:\n  1. e-mail a…@example.org, not verified\n  2. SMS …4567 after 5 min, not verified" in listed.out
    assert added.out.startswith("Added for Ann Low. Now:\n1. e-mail ")
    assert removed.out == "Removed for Ann Low. Now:\n1. SMS …4567 after 5 min, not verified\n"
    assert methods(record) == (ContactMethod(medium=Medium.SMS, address="+491701234567", delay_minutes=5),)


def test_no_command_leaves_an_address_in_the_record_or_in_the_terminal(record: StartedRecord, tmp_path: Path) -> None:
    before = record.count()

    result = record.muster(tmp_path, "contact", "add", "@ann", "pagerduty", known.INTEGRATION_KEY)

    assert known.INTEGRATION_KEY not in result.everything
    assert record.count() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "@ann", "sms", "0170 1234567"), "The address is no telephone number"),
        (("add", "@ann", "email", "ann"), "The address is no e-mail address"),
        (("add", "@ann", "pagerduty", "abc"), "The address is no PagerDuty integration key"),
        (("add", "@stranger", "email", "a@b.org"), "names no one person"),
        (("remove", "@ann", "1"), "There is no contact method 1"),
    ],
)
def test_what_cannot_be_stored_is_said_and_changes_nothing(
    words: tuple[str, ...], says: str, record: StartedRecord, tmp_path: Path
) -> None:
    result = record.muster(tmp_path, "contact", *words)

    assert result.code != 0
    assert says in result.err
    assert methods(record) == ()


def test_a_page_test_uses_each_method_in_order_and_prints_each_result(
    record: StartedRecord, settings: dict[str, str], providers: PagingProviders, server: SmtpDouble, tmp_path: Path
) -> None:
    put(
        record,
        ContactMethod(medium=Medium.NTFY, address=known.TOPIC),
        ContactMethod(medium=Medium.EMAIL, address="ann@example.org"),
        ContactMethod(medium=Medium.SMS, address=known.MOBILE),
    )

    result = record.muster(tmp_path, "page-test", "@ann", **settings)

    first, second, third = result.out.splitlines()
    assert first == "1. ntfy …3a77, not verified: sent (m1)"
    assert second.startswith("2. e-mail a…@example.org, not verified: sent (<")
    assert third == "3. SMS …4567, not verified: not sent; MUSTER_TWILIO_SID is not set"
    assert result.code == 1
    assert "No incident is open" in providers.published[0]["message"]
    assert len(server.mails) == 1
    assert known.NTFY_TOKEN not in result.everything


def test_a_page_test_prints_each_answer_as_it_comes(
    record: StartedRecord,
    settings: dict[str, str],
    providers: PagingProviders,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(record, ContactMethod(medium=Medium.NTFY, address=known.TOPIC), ContactMethod(medium=Medium.SLACK))
    monkeypatch.chdir(tmp_path)
    given = {**settings, "DATABASE_URL": record.url, "MUSTER_PUBLIC_URL": BASE}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    addresses = answer_addresses(BASE, SecretStr(settings["SLACK_BOT_TOKEN"]), "T1")
    assert addresses is not None

    def tap() -> None:
        wait.until(lambda: providers.published)
        token = providers.published[0]["actions"][0]["url"].rpartition("/")[2].partition("?")[0]
        with record.store() as store:
            trials = TrialAnswers(addresses, store.directory, RealClock())
            trial = trials.of_token(token, "ntfy")
            assert trial is not None
            trials.confirm(trial)

    with ThreadPoolExecutor() as person:
        tapped = person.submit(tap)
        page_person("@ann", 20)
        tapped.result()

    out = capsys.readouterr().out
    assert "1. ntfy …3a77, not verified: answered after " in out
    assert "no answer" not in out
    assert methods(record)[0].verified_at is not None


def test_a_page_test_without_contact_methods_says_how_to_add_one(
    record: StartedRecord, settings: dict[str, str], tmp_path: Path
) -> None:
    result = record.muster(tmp_path, "page-test", "@ann", **settings)

    assert result.code == 1
    assert "muster contact add @ann" in result.err


def test_a_page_test_sends_a_direct_message_too(
    record: StartedRecord, settings: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    members = WebClient(token=sandbox.bot_token, base_url=sandbox.base_url).users_list()["members"]
    bea = slack_person("T1", next(one["id"] for one in members if one["name"] == "bea"))
    with record.store() as store:
        store.directory.put([Person(id=bea, name="Beatrix")], FIRST_START)
        store.directory.put_contact_methods(bea, [ContactMethod(medium=Medium.SLACK)])

    result = record.muster(tmp_path, "page-test", "@beatrix", **settings)

    assert result.code == 0
    assert result.out.startswith("1. Slack: sent (D")


@pytest.mark.parametrize("is_right", [True, False])
def test_a_contact_method_is_verified_by_the_code_that_reached_it(
    is_right: bool,
    record: StartedRecord,
    settings: dict[str, str],
    providers: PagingProviders,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(record, ContactMethod(medium=Medium.NTFY, address=known.TOPIC))
    monkeypatch.chdir(tmp_path)
    for name, value in {**settings, "DATABASE_URL": record.url}.items():
        monkeypatch.setenv(name, value)

    status = verify_contact("@ann", 1, lambda: providers.published[0]["message"][-7:-1] if is_right else "000")

    [method] = methods(record)
    assert (status == 0) == is_right
    assert (method.verified_at is not None) == is_right


def test_a_contact_method_that_is_removed_before_its_code_is_typed_stays_removed(
    record: StartedRecord, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(record, ContactMethod(medium=Medium.NTFY, address=known.TOPIC))
    monkeypatch.chdir(tmp_path)
    for name, value in {**settings, "DATABASE_URL": record.url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(page_test_command, "randbelow", lambda _: 123456)

    def removed() -> str:
        put(record)
        return "123456"

    assert verify_contact("@ann", 1, removed) == 1
    assert methods(record) == ()
