"""`muster keygen`: makes the key that signs checkpoints, and rotates it. Knows no checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import open_database
from bot.clock import RealClock
from bot.config.settings import read_record_settings
from storage.errors import StorageError
from storage.integrity.signing_keys import new_key, read_key


def make_key(file: Path) -> int:
    """Write a new private key to `file`, which must not exist, and print the public key. Return the exit status."""
    try:
        signer = new_key(file)
    except FileExistsError:
        return fail(f"{file} exists and is left as it is. Name another file.")
    except OSError as error:
        return fail(f"{file} cannot be written: {error.strerror}.")
    print(f"Wrote {file}. Keep it outside the database, and give this public key to everyone who checks exports:")
    print(signer.public_key)
    return 0


def rotate_key(file: Path) -> int:
    """Write a new key to `file`, record it as successor of the key in MUSTER_KEY_FILE, and print what to do next."""
    settings = read_record_settings()
    if settings.key_file is None:
        return fail("MUSTER_KEY_FILE is not set, so there is no key to rotate. Set it to the key that signs now.", 2)
    try:
        old = read_key(settings.key_file)
        with open_database() as (store, _):
            status = make_key(file)
            if status:
                return status
            with _deleted_on_failure(file):
                store.signing_keys.rotate(old, read_key(file), RealClock().now())
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"The record names it as the successor of {old.public_key}.")
    print(
        f"Now set MUSTER_KEY_FILE={file} for every replica, start them again, and put {settings.key_file} away safely."
    )
    return 0


@contextmanager
def _deleted_on_failure(file: Path) -> Iterator[None]:
    """Delete the new key if the rotation was not recorded; otherwise it could be mistaken for the signing key."""
    try:
        yield
    except (StorageError, SQLAlchemyError):
        file.unlink()
        raise
