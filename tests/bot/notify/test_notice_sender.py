"""A notice is mailed to who has an e-mail contact method; the record has the result, and no address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.notify.channels.smtp_mail import SmtpMail
from bot.notify.notice_sender import NoticeSender
from incident.entries.delivery import NoticeDelivered
from incident.entry import IncidentKey
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from storage.store import Store
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


def use(rig: WorkerEnv, channels: dict[Medium, Any]) -> None:
    rig.worker.stop()
    sender = NoticeSender(rig.store.directory, channels, rig.adapter.plain, rig.clock)
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
