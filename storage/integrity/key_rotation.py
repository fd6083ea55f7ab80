"""Rotation of the signing key of checkpoints. From one known key, the rotations lead to all others.

Both keys sign the rotation: the old one authorises its successor, the new one confirms its predecessor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from incident.entries.integrity import KeyRotated
from incident.entry import Entry, EntryPoint, NewEntry, Source, workspace_chain
from incident.frozen import utc_text
from incident.record.hash_chain import canonical
from roles.person_ids import MUSTER
from storage.database.transactions import Transactions
from storage.errors import StorageError, require_team
from storage.integrity.signing_keys import Signer, is_signed
from storage.record import chain_writer
from storage.record.entry_rows import rows_of_chain, to_entry
from storage.tables import CHECKPOINT

FORMAT: Final = "muster-key/1"


class UnknownKey(StorageError):  # noqa: N818 - named after the condition
    """A key that has not signed here cannot be rotated."""


class SigningKeys:
    """The recorded signing keys of one team's checkpoints."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def rotate(self, old: Signer, new: Signer, at: datetime) -> KeyRotated:
        """Record the rotation from an old key to a new one; raise `UnknownKey` when only other keys have signed here."""
        team = require_team(self._team)

        def work(connection: Connection) -> KeyRotated:
            chain_writer.lock(connection, workspace_chain(team))
            known = self._known_keys(connection, team)
            if known and old.public_key not in known:
                raise UnknownKey(
                    f"the key {old.public_key[:16]}… has not signed here; name the file of the key that did"
                )
            fact = _rotated(team, old, new, at)
            draft = NewEntry(fact=fact, by=MUSTER, occurred_at=at, source=Source(surface=EntryPoint.CLI))
            chain_writer.append(connection, workspace_chain(team), [draft], at)
            return fact

        return self._transactions.write(work)

    def known_keys(self) -> frozenset[str]:
        """Return the key that signed first and its successors; none before the first signature."""
        return self._transactions.read(lambda connection: self._known_keys(connection, require_team(self._team)))

    def rotations(self) -> tuple[KeyRotated, ...]:
        """Return every rotation, oldest first."""
        entries = self._transactions.read(lambda c: _entries(c, require_team(self._team), "key_rotated"))
        return tuple(entry.fact for entry in entries if isinstance(entry.fact, KeyRotated))

    def _known_keys(self, connection: Connection, team: str) -> frozenset[str]:
        rotated = [entry.fact for entry in _entries(connection, team, "key_rotated")]
        signed = CHECKPOINT.c.public_key.is_not(None) & (CHECKPOINT.c.team == team)
        earliest = select(CHECKPOINT.c.public_key).where(signed).order_by(CHECKPOINT.c.seq).limit(1)
        first = connection.execute(earliest).scalar_one_or_none() or next(
            (fact.old for fact in rotated if isinstance(fact, KeyRotated)), None
        )
        return known_keys([first] if first else [], [fact for fact in rotated if isinstance(fact, KeyRotated)], team)


def known_keys(anchors: Iterable[str], rotations: Sequence[KeyRotated], team: str) -> frozenset[str]:
    """Return the keys reachable from `anchors` by valid rotations, in either direction."""
    known = set(anchors)
    pairs = [{one.old, one.new} for one in rotations if is_valid_rotation(one, team)]
    while more := [pair for pair in pairs if pair & known and not pair <= known]:
        known.update(*more)
    return frozenset(known)


def is_valid_rotation(fact: KeyRotated, team: str) -> bool:
    """True if both keys signed the rotation and its statement agrees with the entry."""
    keys = f'"format":"{FORMAT}","new":"{fact.new}","old":"{fact.old}"'
    return (
        keys in fact.statement
        and fact.statement.endswith(f'"team":"{team}"}}')
        and is_signed(fact.statement, fact.old, fact.signature)
        and is_signed(fact.statement, fact.new, fact.countersignature)
    )


def _rotated(team: str, old: Signer, new: Signer, at: datetime) -> KeyRotated:
    statement = canonical(
        {
            "format": FORMAT,
            "new": new.public_key,
            "old": old.public_key,
            "rotated_at": utc_text(at),
            "team": team,
        }
    )
    return KeyRotated(
        old=old.public_key,
        new=new.public_key,
        statement=statement,
        signature=old.sign(statement),
        countersignature=new.sign(statement),
    )


def _entries(connection: Connection, team: str, kind: str) -> Iterable[Entry]:
    return (to_entry(row) for row in rows_of_chain(connection, workspace_chain(team), kinds=(kind,)))
