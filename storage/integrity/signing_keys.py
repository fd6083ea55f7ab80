"""Ed25519 signing keys for checkpoints, stored in a file outside the database. Knows nothing of what is signed.

`cryptography` is imported on first use: it takes 10 MB, and an instance without a key does not need it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import StorageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class BadKey(StorageError):  # noqa: N818 - named after the condition
    """The file is not an Ed25519 private key in PEM."""


class Signer:
    """Signs with one private key. The key never leaves this object."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw().hex()

    def sign(self, text: str) -> str:
        """Return the signature of a text in hex."""
        return self._key.sign(text.encode("utf-8")).hex()


def new_key(path: Path) -> Signer:
    """Create a key in a file that only its owner may read; raise FileExistsError for an existing file."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return Signer(key)


def read_key(path: Path) -> Signer:
    """Read a key from its PEM file; raise `BadKey` for anything else."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise BadKey(f"{path.name} is not an Ed25519 private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(f"{path.name} is a key of another kind; Ed25519 is needed")
    return Signer(key)


def is_signed(text: str, public_key: str, signature: str) -> bool:
    """True if the key signed the text; False also for a key or signature that is not hex."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), text.encode("utf-8")
        )
    except (InvalidSignature, ValueError):
        return False
    return True
