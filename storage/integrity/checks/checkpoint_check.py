"""Checks checkpoints: that their roots cover what is stored, that they are signed, and that none of those published changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from incident.entries.integrity import Checkpointed
from incident.entry import Entry, workspace_chain
from incident.frozen import Frozen
from incident.record.hash_chain import merkle_root, verify_path
from storage.integrity.checkpoints import Checkpoint, Leaf, Proof
from storage.integrity.checks.chain_check import Heads, Place
from storage.integrity.checks.check_report import Kind, Problem
from storage.integrity.checks.tombstone_check import Tombstones
from storage.integrity.signing_keys import is_signed

Published = Checkpoint | Proof


class SeenCheckpoint(Frozen):
    """What somebody outside noted of a checkpoint: which, and its root."""

    seq: int
    root: str


def leaves_of(published: Published) -> tuple[Leaf, ...]:
    """Give the chains a published checkpoint speaks of."""
    return published.leaves if isinstance(published, Checkpoint) else (published.leaf,)


def places(published: Sequence[Published]) -> frozenset[Place]:
    """Name the entries whose hashes checkpoints ask for."""
    return frozenset((leaf.key, leaf.n) for one in published for leaf in leaves_of(one))


def check_leaves(one: Published, heads: Heads, tombs: Tombstones) -> Iterator[Problem]:
    """Give the chains that no longer have the entry, with the hash, that a checkpoint saw, and no tombstone either."""
    for leaf in leaves_of(one):
        if leaf.key in tombs:
            if not tombs.agrees(leaf):
                yield _wrong(f"its tombstone is not of the chain that checkpoint {one.seq} saw", leaf)
            continue
        if leaf.key in heads.known and leaf.key not in heads.walked:
            # Where the chain breaks has been said; nothing is known of what comes after.
            continue
        found = heads.found.get((leaf.key, leaf.n))
        if found is None:
            what = f"entry {leaf.n} is missing: checkpoint {one.seq} saw it"
            yield Problem(kind="truncated", key=leaf.key, n=leaf.n, what=what)
        elif found != leaf.head:
            yield _wrong(f"entry {leaf.n} is not the one that checkpoint {one.seq} saw", leaf)


def _wrong(what: str, leaf: Leaf) -> Problem:
    return Problem(kind="tampered", key=leaf.key, n=leaf.n, what=what)


def agrees(one: Checkpoint, heads: Heads, tombs: Tombstones) -> bool:
    """Tell whether everything under a checkpoint is still what it saw."""

    def is_there(leaf: Leaf) -> bool:
        return tombs.agrees(leaf) if leaf.key in tombs else heads.found.get((leaf.key, leaf.n)) == leaf.head

    return all(is_there(leaf) for leaf in one.leaves)


def check_root(one: Published) -> Iterator[Problem]:
    """Give what is wrong with a checkpoint by itself: its root, its statement, its signature."""
    key = workspace_chain(leaves_of(one)[0].key.team) if leaves_of(one) else None
    if not _reaches(one) or json.loads(one.statement)["root"] != one.root:
        yield Problem(kind="tampered", key=key, what=f"checkpoint {one.seq} does not have the root of its leaves")
    if one.public_key and not is_signed(one.statement, one.public_key, one.signature or ""):
        yield Problem(kind="tampered", key=key, what=f"the signature of checkpoint {one.seq} is not valid")


def _reaches(one: Published) -> bool:
    if isinstance(one, Checkpoint):
        return merkle_root([leaf.text for leaf in one.leaves]) == one.root
    return verify_path(one.leaf.text, one.path, one.root)


def check_recorded(stored: Sequence[Checkpoint], entries: Sequence[Entry], team: str) -> Iterator[Problem]:
    """Give the checkpoints that the workspace chain tells of otherwise than their rows do."""
    rows = {one.seq: one for one in stored}
    told = {e.fact.seq: (e.n, e.fact) for e in entries if isinstance(e.fact, Checkpointed)}
    key = workspace_chain(team)
    for seq in sorted(rows.keys() | told.keys()):
        row, entry = rows.get(seq), told.get(seq)
        if row is None or entry is None:
            where = "its leaves" if row is None else "its entry"
            kind: Kind = "truncated" if entry is None and seq > max(told, default=0) else "tampered"
            yield Problem(kind=kind, key=key, what=f"checkpoint {seq} lost {where}")
        elif _told(row, row.entry) != _told(entry[1], entry[0]):
            yield Problem(kind="tampered", key=key, n=entry[0], what=f"checkpoint {seq} is not the one on record")


def _told(said: Checkpoint | Checkpointed, n: int) -> tuple[int, str, str, str | None, str | None]:
    return (n, said.root, said.statement, said.public_key, said.signature)


def check_seen(seen: SeenCheckpoint, stored: Sequence[Checkpoint]) -> Iterator[Problem]:
    """Give a root that was noted outside and is not the one kept here under its number."""
    here = next((mine for mine in stored if mine.seq == seen.seq), None)
    if here is None:
        yield Problem(kind="truncated", what=f"checkpoint {seen.seq}, which was seen outside, is not here")
    elif here.root != seen.root:
        yield Problem(kind="tampered", what=f"checkpoint {seen.seq} has another root than the one seen outside")


def check_published(one: Published, stored: Sequence[Checkpoint]) -> Iterator[Problem]:
    """Give a checkpoint that left the house and is not the one kept here."""
    here = next((mine for mine in stored if mine.seq == one.seq), None)
    if here is None or here.statement != one.statement:
        key = leaves_of(one)[0].key if leaves_of(one) else None
        fate = "is not here" if here is None else "is not the one here"
        kind: Kind = "truncated" if here is None else "tampered"
        yield Problem(kind=kind, key=key, what=f"checkpoint {one.seq}, which left the house, {fate}")
