"""E-mail over real SMTP: encryption, headers that no one can add to, and each reply of a mail server."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import SetClock
from bot.notify.channel import Page
from bot.notify.channels import smtp_mail
from bot.notify.channels.smtp_mail import SmtpMail
from bot.worker.port import Delivered, Refused, Unknown
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from tests.support.smtp_double import DROPS_AFTER_DATA, HANGS, PASSWORD, USER, SmtpDouble, server_tls, write_certificate

ADA = ContactMethod(medium=Medium.EMAIL, address="ada@example.org")


@pytest.fixture
def server() -> Iterator[SmtpDouble]:
    double = SmtpDouble()
    yield double
    double.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, for this machine and signed by itself."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "double.pem")


def mail(port: int, clock: SetClock, scheme: str = "smtp", who: str = "") -> SmtpMail:
    address = SecretStr(f"{scheme}://{who}127.0.0.1:{port}")
    return SmtpMail(address, "Muster <muster@example.org>", clock, timeout=0.5)


def test_a_mail_arrives_with_its_text_and_link(server: SmtpDouble, clock: SetClock, page: Page) -> None:
    result = mail(server.port, clock).send(page, ADA)

    [received] = server.received
    assert result == Delivered(received["Message-ID"])
    assert received["To"] == "ada@example.org"
    assert received["Subject"] == page.subject
    assert received.get_content().replace("\r\n", "\n") == f"{page.text}\n\n{page.answer_line}\n\n{page.link}\n"
    assert received.get_content_type() == "text/plain"
    assert received["Auto-Submitted"] == "auto-generated"


def test_a_repeated_mail_has_the_same_message_id_and_another_page_has_not(
    server: SmtpDouble, clock: SetClock, page: Page
) -> None:
    for one in (page, page, replace(page, key="another")):
        mail(server.port, clock).send(one, ADA)

    first, second, third = [one["Message-ID"] for one in server.received]
    assert first == second != third


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x85"])
def test_a_title_adds_no_header_and_no_recipient(breaks: str, server: SmtpDouble, clock: SetClock, page: Page) -> None:
    hostile = replace(page, subject=f"Payments{breaks}Bcc: eve@example.org{breaks}{breaks}<b>body</b>")

    mail(server.port, clock).send(hostile, ADA)

    [received] = server.received
    assert received["Bcc"] is None
    assert received["Subject"] == "Payments Bcc: eve@example.org <b>body</b>"
    assert [one for one in server.commands if one.lower().startswith("rcpt")] == ["rcpt TO:<ada@example.org>"]


@pytest.mark.parametrize("address", ["", "ada", "ada@example.org\r\nBcc: eve@example.org", "a@b.c, d@e.f", "<a@b.c>"])
def test_an_address_that_is_none_is_refused_and_not_shown(
    address: str, server: SmtpDouble, clock: SetClock, page: Page
) -> None:
    result = mail(server.port, clock).send(page, ContactMethod(medium=Medium.EMAIL, address=address))

    assert result == Refused("The e-mail address of the contact method cannot be used.")
    assert server.mails == []


@pytest.mark.parametrize(
    ("command", "reply", "permanent"),
    [
        ("RCPT", "550 5.1.1 no ada@example.org here", True),
        ("RCPT", "450 4.2.0 greylisted ada@example.org", False),
        ("MAIL", "451 try later", False),
        ("CONNECT", "421 too many connections", False),
        ("DATA END", "554 looks like spam to ada@example.org", True),
    ],
)
def test_a_reply_of_the_server_says_whether_to_try_again(
    command: str, reply: str, permanent: bool, server: SmtpDouble, clock: SetClock, page: Page
) -> None:
    server.replies[command] = reply

    result = mail(server.port, clock).send(page, ADA)

    assert isinstance(result, Refused)
    assert result.permanent == permanent
    assert reply[:3] in result.why
    assert "ada@" not in result.why


@pytest.mark.parametrize("fault", [HANGS, DROPS_AFTER_DATA])
def test_a_mail_that_may_have_arrived_is_unknown(fault: str, server: SmtpDouble, clock: SetClock, page: Page) -> None:
    server.fault = fault

    assert mail(server.port, clock).send(page, ADA) == Unknown("The mail server does not answer.")
    assert len(server.mails) == (fault == DROPS_AFTER_DATA)


def test_a_server_that_cannot_be_reached_is_tried_again(clock: SetClock, page: Page) -> None:
    result = mail(9, clock).send(page, ADA)

    assert result == Refused("The mail server in MUSTER_SMTP_URL cannot be reached.", permanent=False)


def test_the_wrong_password_is_refused_and_not_shown(server: SmtpDouble, clock: SetClock, page: Page) -> None:
    server.needs_user = True
    good, bad = (mail(server.port, clock, who=f"{USER}:{word}@") for word in ("p%40ss%3Aword", "hunter22"))

    assert isinstance(good.send(page, ADA), Delivered)
    assert isinstance(good.check(), Delivered)
    refused = bad.check()

    assert refused == Refused("The mail server refuses the user name and password in MUSTER_SMTP_URL (535).")
    assert PASSWORD not in repr(good)
    assert "hunter22" not in repr(bad)
    assert len(server.mails) == 1


def test_the_password_goes_to_no_server_that_offers_no_encryption(
    monkeypatch: pytest.MonkeyPatch, server: SmtpDouble, clock: SetClock, page: Page
) -> None:
    monkeypatch.setattr(smtp_mail, "_LOCAL", frozenset())
    server.needs_user = True

    result = mail(server.port, clock, who=f"{USER}:hunter22@").send(page, ADA)

    assert isinstance(result, Refused)
    assert "STARTTLS" in result.why
    assert [one for one in server.commands if one.startswith("AUTH")] == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_is_encrypted_and_a_server_with_a_strange_certificate_gets_none(
    scheme: str, monkeypatch: pytest.MonkeyPatch, certificate: Path, clock: SetClock, page: Page
) -> None:
    monkeypatch.setattr(smtp_mail, "_LOCAL", frozenset())
    server = SmtpDouble(tls=server_tls(certificate), from_the_start=scheme == "smtps")
    stranger = mail(server.port, clock, scheme)
    known = replace(stranger, tls=ssl.create_default_context(cafile=str(certificate)))

    refused, taken = stranger.send(page, ADA), known.send(page, ADA)

    server.close()
    assert refused == Refused("The mail server cannot prove who it is: its certificate is not valid.", permanent=False)
    assert isinstance(taken, Delivered)
    assert len(server.mails) == 1
