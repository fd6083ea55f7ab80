"""Checkpoints: signed Merkle roots over the chains that changed, and inclusion proofs of single chains.

A root covers only the chains changed since the previous one, so its cost depends on activity, not on the size of the
record. The signed statement names the team, number, time and root, and the digest of the previous statement.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from incident.entries.integrity import Checkpointed
from incident.entry import WORKSPACE, EntryPoint, IncidentKey, NewEntry, Source, workspace_chain
from incident.frozen import Frozen, utc_text
from incident.record.hash_chain import MerkleStep, canonical, digest, head_leaf, merkle_path, merkle_root
from roles.person_ids import MUSTER
from storage.database.transactions import Transactions
from storage.errors import RewrittenRecord, require_team
from storage.integrity.high_water_mark import HighWaterMark
from storage.integrity.signing_keys import Signer
from storage.record import chain_writer
from storage.tables import CHAIN, CHECKPOINT, CHECKPOINT_LEAF, ENTRY

FORMAT: Final = "muster-checkpoint/1"
NO_PREVIOUS: Final = "0" * 64


_COVER: Final = (
    update(CHAIN)
    .where(CHAIN.c.team == bindparam("of_team"), CHAIN.c.incident == bindparam("of_incident"))
    .values(checkpointed=bindparam("covered"))
)


class Leaf(Frozen):
    """One chain under a root: its number of entries and the hash of the last."""

    key: IncidentKey
    n: int
    head: str

    @property
    def text(self) -> str:
        """The text of the leaf that is hashed."""
        return head_leaf(self.key, self.n, self.head)


class Checkpoint(Frozen):
    """One signed root. `entry` is its number in the workspace chain; `leaves` are the chains under it."""

    team: str
    seq: int
    entry: int
    root: str
    statement: str
    public_key: str | None
    signature: str | None
    leaves: tuple[Leaf, ...] = ()

    @property
    def taken_at(self) -> datetime:
        """The time in its statement."""
        return datetime.fromisoformat(json.loads(self.statement)["taken_at"])

    @property
    def id(self) -> tuple[str, int]:
        """Team and number."""
        return self.team, self.seq


def read_statement(statement: str) -> dict[str, Any] | None:
    """Return the fields of a checkpoint's statement; None when it is not one that Muster wrote."""
    try:
        stated = json.loads(statement)
        datetime.fromisoformat(stated["taken_at"])
        whole = all(type(stated[name]) is int for name in ("seq", "leaves"))
        worded = all(isinstance(stated[name], str) for name in ("root", "previous", "team"))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return stated if whole and worded else None


class Proof(Frozen):
    """Inclusion proof of one chain under a signed root. Names no other chain."""

    leaf: Leaf
    path: tuple[MerkleStep, ...]
    root: str
    statement: str
    public_key: str | None
    signature: str | None
    seq: int

    @property
    def team(self) -> str:
        """The team of the chain and of the checkpoint."""
        return self.leaf.key.team


class Checkpoints:
    """Takes checkpoints and returns inclusion proofs of chains."""

    def __init__(self, transactions: Transactions, team: str | None, mark: HighWaterMark) -> None:
        self._transactions = transactions
        self._team = team
        self._mark = mark

    def take(self, at: datetime, signer: Signer | None, *, team: str | None = None) -> Checkpoint | None:
        """Take a checkpoint of the chains changed since the last one, sign and record it; None when nothing changed.

        Raises `RewrittenRecord` if the record no longer holds what an earlier checkpoint covers, or what was seen.
        """
        owner = require_team(team or self._team)

        def work(connection: Connection) -> Checkpoint | None:
            chain_writer.lock(connection, workspace_chain(owner))
            lost = self._mark.advance(connection, self._mark.mark)
            if lost:
                raise RewrittenRecord("; ".join(one.what for one in lost[:3]))
            return _take(connection, owner, at, signer)

        taken = self._transactions.write(work)
        self._mark.save()
        return taken

    def proof(self, key: IncidentKey) -> Proof | None:
        """Return the proof of a chain under the last checkpoint that covers it; None when none does."""
        return self._transactions.read(lambda connection: _proof(connection, key))

    def last(self, *, by: datetime | None = None) -> Checkpoint | None:
        """Return the last checkpoint, or the last one taken up to `by`, without its leaves; None when there is none."""
        newest_first = (
            select(CHECKPOINT).where(CHECKPOINT.c.team == require_team(self._team)).order_by(CHECKPOINT.c.seq.desc())
        )

        def work(connection: Connection) -> Checkpoint | None:
            with connection.execute(newest_first, execution_options={"yield_per": 20}) as rows:
                checkpoints = (Checkpoint(**row) for row in rows.mappings())
                return next((one for one in checkpoints if by is None or one.taken_at <= by), None)

        return self._transactions.read(work)

    def unsigned(self) -> int:
        """Return the number of unsigned checkpoints."""
        unsigned = (CHECKPOINT.c.team == require_team(self._team)) & CHECKPOINT.c.signature.is_(None)
        counted = select(func.count()).select_from(CHECKPOINT).where(unsigned)
        return int(self._transactions.read(lambda connection: connection.execute(counted).scalar_one()))

    def all(self, team: str | None = None) -> tuple[Checkpoint, ...]:
        """Return every checkpoint with its leaves, oldest first. Published checkpoints consist of these."""
        owner = require_team(team or self._team)
        return self._transactions.read(lambda connection: stored_checkpoints(connection, owner))


def _take(connection: Connection, team: str, at: datetime, signer: Signer | None) -> Checkpoint | None:
    leaves = _changed_chains(connection, team)
    if not leaves:
        return None
    for leaf in leaves:
        _check_continues(connection, leaf.key)
    previous = connection.execute(
        select(CHECKPOINT).where(CHECKPOINT.c.team == team).order_by(CHECKPOINT.c.seq.desc()).limit(1)
    ).one_or_none()
    seq = previous.seq + 1 if previous else 1
    root = merkle_root([leaf.text for leaf in leaves])
    statement = _statement(team, seq, root, at=at, leaves=len(leaves), previous=previous)
    public_key, signature = (signer.public_key, signer.sign(statement)) if signer else (None, None)
    fact = Checkpointed(
        seq=seq,
        root=root,
        leaves=len(leaves),
        taken_at=at,
        statement=statement,
        public_key=public_key,
        signature=signature,
    )
    draft = NewEntry(fact=fact, by=MUSTER, occurred_at=at, source=Source(surface=EntryPoint.JOB))
    (entry,) = chain_writer.append(connection, workspace_chain(team), [draft], at)
    checkpoint = Checkpoint(
        team=team,
        seq=seq,
        entry=entry.n,
        root=root,
        statement=statement,
        public_key=public_key,
        signature=signature,
        leaves=leaves,
    )
    _store(connection, checkpoint)
    return checkpoint


def _check_continues(connection: Connection, key: IncidentKey) -> None:
    """Raise `RewrittenRecord` unless the chain still holds the entry that the last checkpoint over it covers."""
    chain = (CHECKPOINT_LEAF.c.team == key.team) & (CHECKPOINT_LEAF.c.incident == key.id)
    newest = select(CHECKPOINT_LEAF.c.n, CHECKPOINT_LEAF.c.head).where(chain).order_by(CHECKPOINT_LEAF.c.n.desc())
    last = connection.execute(newest.limit(1)).one_or_none()
    if last is None:
        return
    here = (ENTRY.c.team == key.team) & (ENTRY.c.incident == key.id) & (ENTRY.c.n == last.n)
    if connection.execute(select(ENTRY.c.hash).where(here)).scalar_one_or_none() != last.head:
        raise RewrittenRecord(f"entry {last.n} of {key.id} is not the one that the last checkpoint covers")


def _statement(team: str, seq: int, root: str, *, at: datetime, leaves: int, previous: Row[Any] | None) -> str:
    return canonical(
        {
            "format": FORMAT,
            "leaves": leaves,
            "previous": digest(previous.statement) if previous else NO_PREVIOUS,
            "root": root,
            "seq": seq,
            "taken_at": utc_text(at),
            "team": team,
        }
    )


def _changed_chains(connection: Connection, team: str) -> tuple[Leaf, ...]:
    rows = connection.execute(
        select(CHAIN)
        .where(CHAIN.c.team == team, CHAIN.c.n > CHAIN.c.checkpointed)
        .order_by(CHAIN.c.incident)
        .with_for_update()
    ).all()
    return tuple(Leaf(key=IncidentKey(team, row.incident), n=row.n, head=row.head) for row in rows)


def _store(connection: Connection, checkpoint: Checkpoint) -> None:
    connection.execute(insert(CHECKPOINT).values(**checkpoint.model_dump(exclude={"leaves"})))
    # Many rows in one call: after a gap every open incident has changed.
    shared = {"team": checkpoint.team, "seq": checkpoint.seq}
    leaves = [
        {**shared, "position": position, "incident": leaf.key.id, "n": leaf.n, "head": leaf.head}
        for position, leaf in enumerate(checkpoint.leaves)
    ]
    connection.execute(insert(CHECKPOINT_LEAF), leaves)
    covered = {leaf.key.id: leaf.n for leaf in checkpoint.leaves} | {WORKSPACE: checkpoint.entry}
    chains = [{"of_team": checkpoint.team, "of_incident": incident, "covered": n} for incident, n in covered.items()]
    connection.execute(_COVER, chains)


def stored_checkpoints(connection: Connection, team: str) -> tuple[Checkpoint, ...]:
    """Return every checkpoint of a team with its leaves, oldest first."""
    leaves: dict[int, list[Leaf]] = {}
    for row in connection.execute(
        select(CHECKPOINT_LEAF).where(CHECKPOINT_LEAF.c.team == team).order_by(CHECKPOINT_LEAF.c.position)
    ):
        leaves.setdefault(row.seq, []).append(Leaf(key=IncidentKey(team, row.incident), n=row.n, head=row.head))
    rows = connection.execute(select(CHECKPOINT).where(CHECKPOINT.c.team == team).order_by(CHECKPOINT.c.seq))
    return tuple(Checkpoint(**row, leaves=tuple(leaves.get(row["seq"], ()))) for row in rows.mappings())


def _proof(connection: Connection, key: IncidentKey) -> Proof | None:
    chain = (CHECKPOINT_LEAF.c.team == key.team) & (CHECKPOINT_LEAF.c.incident == key.id)
    last = connection.execute(
        select(CHECKPOINT_LEAF).where(chain).order_by(CHECKPOINT_LEAF.c.seq.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return None
    same_checkpoint = (CHECKPOINT_LEAF.c.team == key.team) & (CHECKPOINT_LEAF.c.seq == last.seq)
    rows = connection.execute(select(CHECKPOINT_LEAF).where(same_checkpoint).order_by(CHECKPOINT_LEAF.c.position)).all()
    texts = [head_leaf(IncidentKey(key.team, row.incident), row.n, row.head) for row in rows]
    checkpoint = connection.execute(
        select(CHECKPOINT).where(CHECKPOINT.c.team == key.team, CHECKPOINT.c.seq == last.seq)
    ).one()
    return Proof(
        leaf=Leaf(key=key, n=last.n, head=last.head),
        path=merkle_path(texts, last.position),
        root=checkpoint.root,
        statement=checkpoint.statement,
        public_key=checkpoint.public_key,
        signature=checkpoint.signature,
        seq=last.seq,
    )
