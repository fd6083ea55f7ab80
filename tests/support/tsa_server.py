"""A time-stamp authority on loopback: an HTTP door in front of `openssl ts`, with a root and a signing certificate.

Where there is no openssl the tests skip and say so; with CI set they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
"""


class TsaServer:
    """A running authority. `closed` makes it answer 503, `refuses` 403, `babbles` nonsense; `asked` counts the requests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        self.closed = self.refuses = self.babbles = False
        self.asked = 0
        if shutil.which("openssl") is None:
            pytest.fail("openssl is needed in CI") if os.environ.get("CI") else pytest.skip("there is no openssl here")
        _make_certificates(folder)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, question: bytes) -> bytes:
        (self.folder / "question.tsq").write_bytes(question)
        reply = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question.tsq", "-out", "answer.tsr"]
        subprocess.run(reply, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer.tsr").read_bytes()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.asked += 1
                question = self.rfile.read(int(self.headers["Content-Length"]))
                status = 503 if authority.closed else 403 if authority.refuses else 200
                answer = (
                    b"<html>Welcome!" if authority.babbles else authority.answer(question) if status == 200 else b""
                )
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing on standard error."""

        return Handler


def checked_by_openssl(folder: Path, data: str, answer: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Check a stamp with openssl, independently of our own code."""
    verify = ["openssl", "ts", "-verify", "-data", data, "-in", answer, "-CAfile", str(root)]
    return subprocess.run(verify, cwd=folder, check=False, capture_output=True, text=True)


def _make_certificates(folder: Path) -> None:
    root_key, tsa_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Test root", root_key, "Test root", root_key, None)
    tsa = _certificate("Test authority", tsa_key, "Test root", root_key, ExtendedKeyUsageOID.TIME_STAMPING)
    for name, certificate in (("root.pem", root), ("tsa.pem", tsa)):
        (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        tsa_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: str,
    by_key: ec.EllipticCurvePrivateKey,
    usage: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by))
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3))
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return builder.sign(by_key, hashes.SHA256())
