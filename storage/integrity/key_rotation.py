"""Hands the signing of checkpoints from one key to the next, so that whoever knows one of them knows them all.

Both keys sign the same statement: the old one so that nobody else can name a successor, the new one so that nobody can
claim to have been its predecessor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from incident.entries.integrity import KeyRotated
from incident.entry import Draft, Entry, Source, Surface, workspace_chain
from incident.frozen import utc_text
from incident.record.hash_chain import canonical
from roles.person_ids import MUSTER
from storage.database.transactions import Transactions
from storage.errors import StorageError, require_team
from storage.integrity.signing_keys import Signer, is_signed
from storage.record import chain_writer
from storage.record.entry_rows import chain_lines, to_entry
from storage.tables import CHECKPOINT

FORMAT: Final = "muster-key/1"


class UnknownKey(StorageError):  # noqa: N818 - named for what was wrong
    """A key that has not signed here cannot name the next one."""


class SigningKeys:
    """The keys that one team's checkpoints were signed with, as the record tells of them."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def rotate(self, old: Signer, new: Signer, at: datetime) -> KeyRotated:
        """Record that a new key follows an old one; raise StrangeKey when others signed here and the old one did not."""
        team = require_team(self._team)

        def work(connection: Connection) -> KeyRotated:
            chain_writer.lock(connection, workspace_chain(team))
            known = self._known(connection, team)
            if known and old.public_key not in known:
                raise UnknownKey(
                    f"the key {old.public_key[:16]}… has not signed here; name the file of the key that did"
                )
            fact = _rotated(team, old, new, at)
            draft = Draft(fact=fact, by=MUSTER, occurred_at=at, source=Source(surface=Surface.CLI))
            chain_writer.append(connection, workspace_chain(team), [draft], at)
            return fact

        return self._transactions.write(work)

    def known(self) -> frozenset[str]:
        """Give the key that signed first and all that followed it; none before the first signature."""
        return self._transactions.read(lambda connection: self._known(connection, require_team(self._team)))

    def rotations(self) -> tuple[KeyRotated, ...]:
        """Give every handing over, oldest first."""
        told = self._transactions.read(lambda c: _told(c, require_team(self._team), "key_rotated"))
        return tuple(entry.fact for entry in told if isinstance(entry.fact, KeyRotated))

    def _known(self, connection: Connection, team: str) -> frozenset[str]:
        rotated = [entry.fact for entry in _told(connection, team, "key_rotated")]
        signed = CHECKPOINT.c.public_key.is_not(None) & (CHECKPOINT.c.team == team)
        earliest = select(CHECKPOINT.c.public_key).where(signed).order_by(CHECKPOINT.c.seq).limit(1)
        begun = connection.execute(earliest).scalar_one_or_none() or next(
            (fact.old for fact in rotated if isinstance(fact, KeyRotated)), None
        )
        return known_keys([begun] if begun else [], [fact for fact in rotated if isinstance(fact, KeyRotated)], team)


def known_keys(begun: Iterable[str], rotations: Sequence[KeyRotated], team: str) -> frozenset[str]:
    """Follow the handings over, forwards and backwards, from keys that are known; what is not signed by both is none."""
    known = set(begun)
    true = [{one.old, one.new} for one in rotations if is_true(one, team)]
    while more := [pair for pair in true if pair & known and not pair <= known]:
        known.update(*more)
    return frozenset(known)


def is_true(fact: KeyRotated, team: str) -> bool:
    """Tell whether both keys signed the handing over, and it says what the record says of it."""
    stated = f'"format":"{FORMAT}","new":"{fact.new}","old":"{fact.old}"'
    return (
        stated in fact.statement
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


def _told(connection: Connection, team: str, kind: str) -> Iterable[Entry]:
    return (to_entry(line) for line in chain_lines(connection, workspace_chain(team), kinds=(kind,)))
