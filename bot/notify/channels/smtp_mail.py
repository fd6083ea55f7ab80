"""E-mail by SMTP, over TLS. It wakes no one: it is a copy in writing, or the last of a person's contact methods."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.call_deadline import BoundedTls, connect_until
from bot.clock import Clock
from bot.notify.channel import Page
from bot.worker.port import Delivered, Refused, Unknown
from incident.medium import Medium
from incident.model.contact_method import ContactMethod, address_fault

_TIMEOUT_SECONDS: Final = 10.0
_PORTS: Final = {"smtp": 587, "smtps": 465}
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_SUBJECT: Final = 200
_SETTING: Final = "MUSTER_SMTP_URL"


@dataclass(frozen=True)
class SmtpMail:
    """Sends mail through one server; the reference of a mail is its Message-ID.

    `smtp://` demands STARTTLS, except of a relay on this machine; `smtps://` speaks TLS from the start.
    """

    server: SecretStr
    sender: str
    clock: Clock
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    timeout: float = _TIMEOUT_SECONDS

    def send(self, page: Page, to: ContactMethod) -> Delivered | Unknown | Refused:
        """Send the page. A repetition has the same Message-ID, by which mail programs recognise it."""
        if address_fault(Medium.EMAIL, to.address):
            return Refused("The e-mail address of the contact method cannot be used.")
        message = self._message(page, to.address)
        return self._session(lambda connection: connection.send_message(message), str(message["Message-ID"]))

    def check(self) -> Delivered | Unknown | Refused:
        """Sign in and send nothing."""
        return self._session(lambda connection: connection.noop(), "")

    def _message(self, page: Page, address: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = address
        message["Subject"] = _one_line(page.subject)[:_LONGEST_SUBJECT]
        message["Date"] = format_datetime(self.clock.now())
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<{sha256(f'{page.key}|{address}'.encode()).hexdigest()[:32]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if page.is_call:
            message["Importance"] = "high"
        if page.reply_to:
            message["In-Reply-To"] = message["References"] = page.reply_to
        message.set_content("\n\n".join(part for part in (page.text, page.answer_line, page.link) if part))
        return message

    def _session(self, act: Callable[[smtplib.SMTP], object], ref: str) -> Delivered | Unknown | Refused:
        try:
            connection = self._connection()
            try:
                act(connection)
                # The mail is accepted; how the server takes the farewell changes nothing.
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()
            finally:
                connection.close()
        except (smtplib.SMTPException, OSError) as error:
            return _failure(error)
        return Delivered(ref)

    def _connection(self) -> smtplib.SMTP:
        """Connect, encrypt, and sign in where the address has a user."""
        url = urlsplit(self.server.get_secret_value())
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        tls: Any = BoundedTls(self.tls)
        if url.scheme == "smtps":
            connection: smtplib.SMTP = _TlsConnection(host, port, timeout=self.timeout, context=tls)
        else:
            connection = _Connection(host, port, timeout=self.timeout)
        try:
            if url.scheme == "smtp" and host not in _LOCAL:
                connection.starttls(context=tls)
            if url.username:
                connection.login(unquote(url.username), unquote(url.password or ""))
        except (smtplib.SMTPException, OSError):
            connection.close()
            raise
        return connection


class _Connection(smtplib.SMTP):
    """A connection whose time-out is for all of it."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return connect_until(time.monotonic() + timeout, (host, port))


class _TlsConnection(_Connection, smtplib.SMTP_SSL):
    """The same with TLS from the start."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        return self.context.wrap_socket(plain, server_hostname=host)


def _one_line(text: str) -> str:
    """Return a text as one line of printable characters: a header ends at a line break."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _failure(error: Exception) -> Unknown | Refused:
    """Return what an error means. The server's own words may hold an address, so only its code is repeated."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Refused(f"The mail server refuses the user name and password in {_SETTING} ({error.smtp_code}).")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        return _refused_with(code, "the recipient")
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused_with(error.smtp_code, "the mail")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(f"The mail server does not offer what {_SETTING} needs: STARTTLS, or signing in over TLS.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused("The mail server cannot prove who it is: its certificate is not valid.", permanent=False)
    if isinstance(error, ConnectionRefusedError | socket.gaierror):
        return Refused(f"The mail server in {_SETTING} cannot be reached.", permanent=False)
    return Unknown("The mail server does not answer.")


def _refused_with(code: int, what: str) -> Refused:
    """Return a refusal by its code: from 400 for now, from 500 for ever."""
    return Refused(f"The mail server refuses {what} ({code}).", permanent=code >= 500)
