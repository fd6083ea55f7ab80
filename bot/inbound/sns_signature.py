"""The signature of Amazon SNS, and the confirmation of a subscription. A topic that the policy does not name is refused.

Certificates come from Amazon's own addresses only, and the address of a subscription is opened for a known topic alone: both
are in the message, so anyone can write them.
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.inbound.json_body import Unreadable, json_object, text

CONFIRMATION: Final = "SubscriptionConfirmation"
Fetch = Callable[[str], bytes]
_HOST: Final = re.compile(r"sns\.[a-z0-9-]{2,30}\.amazonaws\.com(?:\.cn)?")
_SECONDS: Final = 5
_MOST_BYTES: Final = 100_000
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES: Final = {"1": hashes.SHA1, "2": hashes.SHA256}


def fetch(address: str) -> bytes:
    """Return what Amazon has at an address. Raises OSError where it cannot be had; no redirect is followed."""
    with _OPENER.open(address, timeout=_SECONDS) as answer:
        return bytes(answer.read(_MOST_BYTES))


class SnsVerifier:
    """Checks messages; certificates are fetched once."""

    def __init__(self, fetched: Fetch = fetch) -> None:
        self._fetch = fetched
        self._certificates: dict[str, bytes] = {}

    def is_genuine(self, body: bytes, topics: Collection[str]) -> bool:
        """True if a message is signed by Amazon and of one of the topics. Raises OSError if no certificate can be had."""
        try:
            whole = json_object(body)
            signature = base64.b64decode(text(whole, "Signature") or "", validate=True)
        except (Unreadable, binascii.Error, ValueError):
            return False
        address, version = str(whole.get("SigningCertURL")), str(whole.get("SignatureVersion"))
        is_ours = whole.get("TopicArn") in topics and _is_of_amazon(address) and address.endswith(".pem")
        if not is_ours or version not in _HASHES or whole.get("Type") not in _SIGNED:
            return False
        key = x509.load_pem_x509_certificate(self._certificate(address)).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            key.verify(signature, signed_text(whole), padding.PKCS1v15(), _HASHES[version]())
        except InvalidSignature:
            return False
        return True

    def confirm(self, body: bytes) -> bool:
        """Confirm the subscription that a genuine message asks about; False for any other message. Raises OSError."""
        whole = json_object(body)
        address = str(whole.get("SubscribeURL"))
        if whole.get("Type") != CONFIRMATION or not _is_of_amazon(address):
            return False
        self._fetch(address)
        return True

    def _certificate(self, address: str) -> bytes:
        if address not in self._certificates:
            self._certificates[address] = self._fetch(address)
        return self._certificates[address]


def signed_text(whole: dict[str, Any]) -> bytes:
    """Return the text of a message that Amazon signs: its parts in order, each with its name."""
    names = _SIGNED[str(whole.get("Type"))]
    lines = (f"{name}\n{whole[name]}\n" for name in names if whole.get(name) is not None)
    return "".join(lines).encode("utf-8", "surrogatepass")


def _is_of_amazon(address: str) -> bool:
    try:
        found = urlsplit(address)
        port = found.port
    except ValueError:
        return False
    is_plain = found.username is None and port in (None, 443)
    return found.scheme == "https" and is_plain and _HOST.fullmatch(found.hostname or "") is not None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: Any) -> None:
        """Follow none."""


_OPENER: Final = urllib.request.build_opener(_NoRedirect)
