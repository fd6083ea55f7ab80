"""A mail server on loopback: real SMTP, with or without TLS, a user, and the faults that mail servers have."""

from __future__ import annotations

import socketserver
import ssl
import threading
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "muster", "p@ss:word"
HANGS, DROPS_AFTER_DATA = "hangs", "drops_after_data"


@dataclass
class SmtpDouble:
    """The server. `replies` replaces its reply to a command, as in {"RCPT": "550 no such user"}; `fault` is one of the faults.

    With `tls` it offers STARTTLS, or with `from_the_start` speaks TLS at once.
    """

    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    needs_user: bool = False
    fault: str = ""
    replies: dict[str, str] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _session(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def received(self) -> list[EmailMessage]:
        """The mails, parsed as a mail program parses them."""
        return [message_from_bytes(one, policy=policy.default) for one in self.mails]


def _session(double: SmtpDouble) -> type[Session]:
    return type("SessionOfDouble", (Session,), {"double": double})


class Session(socketserver.BaseRequestHandler):
    """One connection with the server `double`."""

    double: SmtpDouble

    def handle(self) -> None:
        try:
            self._talk()
        except OSError:
            return
        finally:
            self.request.close()

    def _talk(self) -> None:
        if self.double.tls and self.double.from_the_start:
            self._encrypt()
        self.lines = self.request.makefile("rb")
        if self.double.fault == HANGS:
            self.double.released.wait(30)
            return
        self._say(self.double.replies.get("CONNECT", "220 double"))
        # STARTTLS replaces the lines while they are read.
        while line := self.lines.readline():
            command = line.decode().strip()
            self.double.commands.append(command)
            if not self._do(command.partition(" ")[0].upper(), command):
                return

    def _do(self, verb: str, command: str) -> bool:
        if verb in self.double.replies:
            self._say(self.double.replies[verb])
        elif verb == "EHLO":
            offers = ["STARTTLS"] if self.double.tls and not isinstance(self.request, ssl.SSLSocket) else []
            offers += ["AUTH PLAIN"] if self.double.needs_user else []
            lines = ["double", *offers, "8BITMIME"]
            for one in lines[:-1]:
                self._say(f"250-{one}")
            self._say(f"250 {lines[-1]}")
        elif verb == "STARTTLS":
            self._say("220 go on")
            self._encrypt()
            self.lines = self.request.makefile("rb")
        elif verb == "AUTH":
            good = b64decode(command.split()[-1]).split(b"\0")[1:] == [USER.encode(), PASSWORD.encode()]
            self._say("235 welcome" if good else "535 5.7.8 bad credentials")
        elif verb == "DATA":
            return self._take_mail()
        else:
            self._say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def _take_mail(self) -> bool:
        self._say("354 go on")
        lines = []
        for line in self.lines:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.double.mails.append(b"".join(lines))
        if self.double.fault == DROPS_AFTER_DATA:
            return False
        self._say(self.double.replies.get("DATA END", "250 taken"))
        return True

    def _say(self, text: str) -> None:
        self.request.sendall(f"{text}\r\n".encode())

    def _encrypt(self) -> None:
        assert self.double.tls is not None
        self.request = self.double.tls.wrap_socket(self.request, server_side=True)


def write_certificate(file: Path) -> Path:
    """Write a certificate with its key, for this machine and signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "double")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
