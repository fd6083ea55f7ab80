"""Messages of Amazon SNS: signed by Amazon, of a topic that the policy names; nothing else is fetched or confirmed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from bot.inbound.sns_signature import SnsVerifier, signed_text

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
NOTIFICATION = {
    "Type": "Notification",
    "MessageId": "22b8",
    "TopicArn": TOPIC,
    "Message": "{}",
    "Timestamp": "2026-06-09T08:02:12.000Z",
    "SignatureVersion": "2",
    "SigningCertURL": CERTIFICATE,
}
CONFIRMATION = {
    **NOTIFICATION,
    "Type": "SubscriptionConfirmation",
    "Token": "2336",
    "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336",
}


@cache
def amazon() -> tuple[rsa.RSAPrivateKey, bytes]:
    """Return a key, and a certificate of it as Amazon serves one."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return key, built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(message: dict[str, Any], **after: Any) -> bytes:
    """Return the body of a message, with parts that were changed after it was signed."""
    kind = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()
    signature = amazon()[0].sign(signed_text(message), padding.PKCS1v15(), kind)
    return json.dumps({**message, "Signature": base64.b64encode(signature).decode(), **after}).encode()


class Fetched:
    """What was fetched, and Amazon's certificate for each."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.verifier = SnsVerifier(self)

    def __call__(self, address: str) -> bytes:
        self.addresses.append(address)
        return amazon()[1]


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_that_amazon_signed_is_genuine_and_its_certificate_is_fetched_once(version):
    fetched = Fetched()
    body = signed({**NOTIFICATION, "SignatureVersion": version, "Subject": "ALARM"})

    assert [fetched.verifier.is_genuine(body, [TOPIC]) for _ in range(2)] == [True, True]
    assert fetched.addresses == [CERTIFICATE]


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": "{ }"},
        {"Subject": "put in"},
        {"Signature": "AAAA"},
        {"Signature": "?"},
        {"SignatureVersion": "3"},
        {"Type": "Other"},
    ],
)
def test_a_message_that_was_changed_is_not(changed):
    assert not Fetched().verifier.is_genuine(signed(NOTIFICATION, **changed), [TOPIC])


def test_a_topic_of_another_account_is_refused_although_amazon_signed_it():
    fetched = Fetched()
    foreign = signed({**NOTIFICATION, "TopicArn": "arn:aws:sns:eu-west-1:999999999999:alarms"})

    assert not fetched.verifier.is_genuine(foreign, [TOPIC])
    assert fetched.addresses == []


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://s3.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.txt",
        "https://[::1/a.pem",
        "",
    ],
)
def test_no_certificate_comes_from_anywhere_else(address):
    fetched = Fetched()

    assert not fetched.verifier.is_genuine(signed({**NOTIFICATION, "SigningCertURL": address}), [TOPIC])
    assert fetched.addresses == []


def test_a_subscription_is_confirmed_at_amazon_and_nowhere_else():
    fetched = Fetched()

    assert fetched.verifier.confirm(signed(CONFIRMATION))
    assert fetched.addresses == [CONFIRMATION["SubscribeURL"]]
    assert not fetched.verifier.confirm(signed(CONFIRMATION, SubscribeURL="https://evil.example/"))
    assert not fetched.verifier.confirm(signed(NOTIFICATION))
    assert len(fetched.addresses) == 1


def test_a_certificate_that_cannot_be_had_is_no_verdict():
    def gone(address: str) -> bytes:
        raise OSError(address)

    with pytest.raises(OSError, match="amazonaws"):
        SnsVerifier(gone).is_genuine(signed(NOTIFICATION), [TOPIC])
