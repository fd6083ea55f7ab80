"""Checks checkpoints against the stored chains, their statements and signatures, and the published copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incident.entries.integrity import Checkpointed
from incident.entry import Entry, IncidentKey, workspace_chain
from incident.frozen import Frozen
from incident.record.hash_chain import digest, merkle_root, verify_path
from storage.integrity.checkpoints import NO_PREVIOUS, Checkpoint, Leaf, Proof, read_statement
from storage.integrity.checks.chain_check import ChainWalk
from storage.integrity.checks.check_report import Problem, ProblemKind
from storage.integrity.checks.tombstone_check import Tombstones
from storage.integrity.signing_keys import is_signed

PublishedCheckpoint = Checkpoint | Proof


class SeenCheckpoint(Frozen):
    """A checkpoint's number and root, noted outside the database."""

    seq: int
    root: str


def leaves_of(published: PublishedCheckpoint) -> tuple[Leaf, ...]:
    """Return the leaves of a checkpoint, or the one leaf of a proof."""
    return published.leaves if isinstance(published, Checkpoint) else (published.leaf,)


def positions(published: Sequence[PublishedCheckpoint]) -> dict[IncidentKey, set[int]]:
    """Return the numbers of the entries whose hashes the leaves contain, by their chain."""
    named: dict[IncidentKey, set[int]] = {}
    for one in published:
        for leaf in leaves_of(one):
            named.setdefault(leaf.key, set()).add(leaf.n)
    return named


def check_leaves(one: PublishedCheckpoint, walk: ChainWalk, tombstones: Tombstones) -> Iterator[Problem]:
    """Yield a problem for each leaf that matches neither its chain nor a tombstone."""
    for leaf in leaves_of(one):
        if leaf.key in tombstones:
            if not tombstones.match(leaf):
                yield _tampered(f"its tombstone does not match the chain under checkpoint {one.seq}", leaf)
            continue
        if leaf.key in walk.seen and leaf.key not in walk.sound:
            # The broken entry is already reported; nothing is known of the entries after it.
            continue
        found = walk.hashes.get((leaf.key, leaf.n))
        if found is None:
            what = f"entry {leaf.n} is missing: checkpoint {one.seq} covers it"
            yield Problem(kind="truncated", key=leaf.key, n=leaf.n, what=what)
        elif found != leaf.head:
            yield _tampered(f"entry {leaf.n} differs from the one under checkpoint {one.seq}", leaf)


def _tampered(what: str, leaf: Leaf) -> Problem:
    return Problem(kind="tampered", key=leaf.key, n=leaf.n, what=what)


def matches(one: Checkpoint, walk: ChainWalk, tombstones: Tombstones) -> bool:
    """True if every leaf of a checkpoint matches its chain or a tombstone."""

    def is_intact(leaf: Leaf) -> bool:
        return tombstones.match(leaf) if leaf.key in tombstones else walk.hashes.get((leaf.key, leaf.n)) == leaf.head

    return all(is_intact(leaf) for leaf in one.leaves)


def check_root(one: PublishedCheckpoint) -> Iterator[Problem]:
    """Yield the problems of a checkpoint by itself: its root, its statement, its signature."""
    key = workspace_chain(leaves_of(one)[0].key.team) if leaves_of(one) else None
    stated = read_statement(one.statement)
    if stated is None:
        yield Problem(kind="tampered", key=key, what=f"the statement of checkpoint {one.seq} cannot be read")
    elif not _has_root(one) or stated["root"] != one.root:
        yield Problem(kind="tampered", key=key, what=f"checkpoint {one.seq} does not have the root of its leaves")
    elif stated["seq"] != one.seq or (isinstance(one, Checkpoint) and stated["leaves"] != len(one.leaves)):
        yield Problem(kind="tampered", key=key, what=f"checkpoint {one.seq} differs from its statement")
    if one.public_key and not is_signed(one.statement, one.public_key, one.signature or ""):
        yield Problem(kind="tampered", key=key, what=f"the signature of checkpoint {one.seq} is not valid")


def _has_root(one: PublishedCheckpoint) -> bool:
    try:
        if isinstance(one, Checkpoint):
            return merkle_root([leaf.text for leaf in one.leaves]) == one.root
        return verify_path(one.leaf.text, one.path, one.root)
    except ValueError:
        # A leaf without a canonical form, or a step of a path that is no digest.
        return False


def check_order(stored: Sequence[Checkpoint], team: str) -> Iterator[Problem]:
    """Yield a problem for each checkpoint whose statement does not name the one before it."""
    previous = NO_PREVIOUS
    for one in stored:
        stated = read_statement(one.statement)
        if stated is not None and (stated["previous"], stated["team"]) != (previous, team):
            what = f"checkpoint {one.seq} does not follow the one before it"
            yield Problem(kind="tampered", key=workspace_chain(team), what=what)
        previous = digest(one.statement)


def check_recorded(stored: Sequence[Checkpoint], entries: Sequence[Entry], team: str) -> Iterator[Problem]:
    """Yield a problem for each checkpoint whose row differs from its entry in the workspace chain."""
    rows = {one.seq: one for one in stored}
    recorded = {e.fact.seq: (e.n, e.fact) for e in entries if isinstance(e.fact, Checkpointed) and e.key.team == team}
    key = workspace_chain(team)
    for seq in sorted(rows.keys() | recorded.keys()):
        row, entry = rows.get(seq), recorded.get(seq)
        if row is None or entry is None:
            lost = "its leaves" if row is None else "its entry"
            kind: ProblemKind = "truncated" if entry is None and seq > max(recorded, default=0) else "tampered"
            yield Problem(kind=kind, key=key, what=f"checkpoint {seq} lost {lost}")
        elif _content(row, row.entry) != _content(entry[1], entry[0]):
            yield Problem(kind="tampered", key=key, n=entry[0], what=f"checkpoint {seq} differs from the recorded one")


def _content(one: Checkpoint | Checkpointed, n: int) -> tuple[int, str, str, str | None, str | None]:
    return (n, one.root, one.statement, one.public_key, one.signature)


def check_seen(seen: SeenCheckpoint, stored: Sequence[Checkpoint]) -> Iterator[Problem]:
    """Yield a problem if a root noted outside differs from the stored one."""
    ours = next((own for own in stored if own.seq == seen.seq), None)
    if ours is None:
        yield Problem(kind="truncated", what=f"checkpoint {seen.seq}, which was seen outside, is missing")
    elif ours.root != seen.root:
        yield Problem(kind="tampered", what=f"checkpoint {seen.seq} has another root than the one seen outside")


def check_published(one: PublishedCheckpoint, stored: Sequence[Checkpoint]) -> Iterator[Problem]:
    """Yield a problem if a published checkpoint is missing or differs from the stored one."""
    ours = next((own for own in stored if own.seq == one.seq), None)
    if ours is None or ours.statement != one.statement:
        key = leaves_of(one)[0].key if leaves_of(one) else None
        difference = "is missing" if ours is None else "differs from the stored one"
        kind: ProblemKind = "truncated" if ours is None else "tampered"
        yield Problem(kind=kind, key=key, what=f"checkpoint {one.seq}, which was published, {difference}")
