"""A notice is mailed to who has an address, or goes by the media that its rule names; the record has the result, no address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.notify.answers.answer_address import AnswerAddresses, answer_addresses
from bot.notify.answers.notices.notice_address import notice_of_token
from bot.notify.channels.smtp_mail import SmtpMail
from bot.notify.notice_sender import NoticeSender
from incident.entries.delivery import NoticeDelivered
from incident.entry import IncidentKey
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from storage.store import Store
from tests.support.paging_env import ADDRESSES, channels_to
from tests.support.paging_providers import PagingProviders
from tests.support.smtp_double import SmtpDouble
from tests.support.worker_env import WorkerEnv, worker_env_on

ROSA, ADDRESS = "U04ROSA", "rosa@example.org"
RULES = ({"when": {"major": True}, "tell": ["exec"]}, {"when": {"type": "security", "major": False}, "tell": ["exec"]})


@pytest.fixture
def server() -> Iterator[SmtpDouble]:
    double = SmtpDouble()
    yield double
    double.close()


@pytest.fixture
def rig(sqlite_store: Store, server: SmtpDouble) -> Iterator[WorkerEnv]:
    """A worker that mails; rosa is an executive."""
    with worker_env_on(sqlite_store, notify=RULES, groups={"exec": [ROSA]}) as env:
        use(
            env, {Medium.EMAIL: SmtpMail(SecretStr(f"smtp://127.0.0.1:{server.port}"), "muster@example.org", env.clock)}
        )
        yield env


def use(rig: WorkerEnv, channels: dict[Medium, Any], addresses: AnswerAddresses | None = None) -> None:
    rig.worker.stop()
    sender = NoticeSender(rig.store.directory, channels, rig.adapter.plain, rig.clock, addresses=addresses)
    rig.worker = rig.another_worker("mailer", handlers=sender.handlers)


def reachable(rig: WorkerEnv, medium: Medium = Medium.EMAIL) -> None:
    method = ContactMethod(medium=medium, address=ADDRESS)
    rig.store.directory.put_contact_methods(rig.person("rosa"), [method])


def mailed(rig: WorkerEnv, key: IncidentKey) -> list[Any]:
    rig.after(minutes=2)
    facts = [entry.fact for entry in rig.entries(key, NoticeDelivered.kind)]
    return [fact for fact in facts if fact.medium is Medium.EMAIL]


def test_a_mail_says_what_is_open_and_its_message_id_is_on_record(rig: WorkerEnv, server: SmtpDouble) -> None:
    reachable(rig)

    key = rig.declare("Payments fail")
    [sent] = mailed(rig, key)

    [mail] = server.received
    assert mail["To"] == ADDRESS
    assert mail["Subject"] == "INC-2026-0001 is open: P1, major, checkout"
    assert "the policy names executives" in mail.get_content()
    assert "Payments fail" not in mail.get_content()
    assert (sent.who, sent.ref, sent.error) == (rig.person("rosa"), mail["Message-ID"], None)


def test_who_has_no_address_gets_no_mail_and_no_entry(rig: WorkerEnv, server: SmtpDouble) -> None:
    reachable(rig, Medium.JSM)

    assert mailed(rig, rig.declare()) == []
    assert server.received == []


def test_a_refused_mail_is_on_record_without_the_address(rig: WorkerEnv, server: SmtpDouble) -> None:
    server.replies["RCPT"] = f"550 no such user {ADDRESS}"
    reachable(rig)

    [sent] = mailed(rig, rig.declare())

    assert sent.ref is None
    assert sent.error == "The mail server refuses the recipient (550)."


def test_a_mail_without_a_server_fails_and_names_the_setting(rig: WorkerEnv) -> None:
    use(rig, {})
    reachable(rig)

    [sent] = mailed(rig, rig.declare())

    assert sent.error == "MUSTER_SMTP_URL is not set."


def test_of_a_restricted_incident_only_the_number_is_mailed(rig: WorkerEnv, server: SmtpDouble) -> None:
    reachable(rig)

    mailed(rig, rig.declare("An intruder reads orders", impact=2, urgency=2, type="security"))

    [mail] = server.received
    words = mail["Subject"] + mail.get_content()
    assert mail["Subject"] == "INC-2026-0001 is open"
    for hidden in ("intruder", "checkout", "P3", "security", "slack.com"):
        assert hidden not in words


def test_the_mail_has_an_address_at_which_its_reader_confirms(rig: WorkerEnv, server: SmtpDouble) -> None:
    addresses = answer_addresses("https://muster.example.org", SecretStr("xoxb-1"), rig.team)
    mail_server = SmtpMail(SecretStr(f"smtp://127.0.0.1:{server.port}"), "muster@example.org", rig.clock)
    use(rig, {Medium.EMAIL: mail_server}, addresses)
    reachable(rig)

    key = rig.declare()
    mailed(rig, key)

    [mail] = server.received
    [address] = re.findall(r"Confirm that you know: (\S+)", mail.get_content())
    assert addresses is not None
    [notice] = rig.incident(key).notices
    confirmed = notice_of_token(addresses, address.rpartition("/")[2], "email")
    assert confirmed == ("INC-2026-0001", notice.n, rig.person("rosa"))
    assert "direct message" not in mail.get_content()


def test_a_rule_names_the_media_and_who_has_no_such_contact_method_is_on_record(
    sqlite_store: Store, providers: PagingProviders
) -> None:
    rule = {"when": {"major": True}, "tell": ["exec"], "by": ["voice", "pushover", "ntfy"]}
    with worker_env_on(sqlite_store, notify=(rule,), groups={"exec": [ROSA]}) as rig:
        addresses = answer_addresses("https://muster.example.org", SecretStr("xoxb-1"), rig.team)
        use(rig, channels_to(providers.url, rig.clock), addresses)
        methods = [ContactMethod(medium=one, address=ADDRESSES[one]) for one in (Medium.VOICE, Medium.NTFY)]
        rig.store.directory.put_contact_methods(rig.person("rosa"), methods)

        key = rig.declare("Payments fail")
        rig.after(minutes=2)

        facts = [entry.fact for entry in rig.entries(key, NoticeDelivered.kind)]
        found = {fact.medium: fact.error for fact in facts}
        assert found == {
            Medium.SLACK: None,
            Medium.VOICE: None,
            Medium.NTFY: None,
            Medium.PUSHOVER: "no such contact method",
        }
        [call] = providers.telephone.values()
        assert "Press 4 to confirm that you know" in call["Twiml"]
        assert "Payments fail" not in call["Twiml"]
        [push] = providers.published
        assert [one["label"] for one in push["actions"]] == ["I have seen it"]
