"""Signatures by Standard Webhooks: HMAC with a shared secret, or Ed25519, which receivers verify without one."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256
from hmac import new as hmac_of
from secrets import token_bytes
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident.model.api.webhook import Signature, Webhook

_SECRET, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_SECRET_BYTES: Final = 32


class SigningSecret(NamedTuple):
    """What a webhook signs with, and what its receiver verifies with: the same secret, or the public key."""

    stored: str
    shown: str


def new_secret(signature: Signature) -> SigningSecret:
    """Return a new secret of one kind."""
    if signature is Signature.HMAC:
        secret = _SECRET + b64encode(token_bytes(_SECRET_BYTES)).decode()
        return SigningSecret(secret, secret)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return SigningSecret(_PRIVATE + b64encode(key.private_bytes_raw()).decode(), _PUBLIC + b64encode(public).decode())


def signed_headers(webhook: Webhook, message: str, body: bytes, at: datetime) -> dict[str, str]:
    """Return the three headers of a message, signed at this moment."""
    stamp = str(int(at.timestamp()))
    content = f"{message}.{stamp}.".encode() + body
    key = b64decode(webhook.secret.partition("_")[2])
    if webhook.signature is Signature.HMAC:
        made = hmac_of(key, content, sha256).digest()
    else:
        made = Ed25519PrivateKey.from_private_bytes(key).sign(content)
    signature = f"{webhook.signature},{b64encode(made).decode()}"
    return {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature}
