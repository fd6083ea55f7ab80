"""Looks at how the record is kept: who signs it, and whether any of it leaves the house. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.cli.database_access import NotFound, open_database
from bot.config.settings import RecordSettings
from incident.policy import Policy
from storage.errors import StorageError
from storage.integrity.signing_keys import read_key
from storage.store import Store

_NEVER_LEAVES: Final = (
    "Checkpoints never leave this database, so whoever holds it could write all of it anew. Name an `audit_channel` in "
    "policy.yaml, or a time-stamp authority in MUSTER_TSA_URL."
)


def check_keeping(settings: RecordSettings, policy: Policy | None) -> Iterator[CheckResult]:
    """Say who signs the record, and what nobody signed; without a database there is nothing to say."""
    if settings.tsa_url is None and policy is not None and policy.audit_channel is None:
        yield note(_NEVER_LEAVES)
    try:
        with open_database() as (store, _):
            found = tuple(_signed(store, settings))
    except (NotFound, StorageError, SQLAlchemyError, OSError):
        # What is wrong with the database or with the key has been said where each is looked at.
        return
    yield from found


def _signed(store: Store, settings: RecordSettings) -> Iterator[CheckResult]:
    unsigned, last = store.checkpoints.unsigned(), store.checkpoints.last()
    if unsigned:
        yield note(f"Unsigned checkpoints: {unsigned}. Whoever holds the database could have made them.")
    if last is not None:
        yield passed(f"The last checkpoint is {last.seq}, of {last.taken_at:%Y-%m-%d %H:%M} UTC.")
    known = store.signing_keys.known()
    if settings.key_file is None or not known:
        return
    own = read_key(settings.key_file).public_key
    if own not in known:
        yield wrong(
            f"The key of MUSTER_KEY_FILE has not signed here and nothing names it: {own}. Name the key that signed, or "
            "let that one name a new key: `muster keygen --rotate NEW`."
        )
