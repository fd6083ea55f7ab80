"""Verification of a whole record: every hash, fold and checkpoint, and the triggers. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from incident.entry import WORKSPACE, IncidentKey, workspace_chain
from storage.errors import TriggersMissing
from storage.files.evidence_files import EvidenceFiles
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.checks import chain_check, checkpoint_check, checkpoint_rows
from storage.integrity.checks.chain_check import ChainWalk
from storage.integrity.checks.check_report import Problem, TrustedCheckpoint, VerificationReport
from storage.integrity.checks.file_check import check_files
from storage.integrity.checks.number_check import check_numbers
from storage.integrity.checks.parallel_walk import ChainTask, walk_chains
from storage.integrity.checks.policy_text_check import check_policies
from storage.integrity.checks.signature_check import Keyring, check_timestamps
from storage.integrity.checks.stored_cells import are_text, read_cells
from storage.integrity.checks.tombstone_check import Tombstones
from storage.integrity.high_water_mark import Mark, lost_since
from storage.store import Store
from storage.triggers import record_triggers

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

__all__ = ["Problem", "VerificationEvidence", "VerificationReport", "check_record", "verify"]


@dataclass(frozen=True)
class VerificationEvidence:
    """Evidence from outside the database.

    `published` are published checkpoints or proofs, which reveal a truncated chain; `seen` are roots noted from them.
    Every checkpoint must be signed with `public_key` or a key linked to it by rotations; for `own_key` unsigned ones are
    allowed. `authorities` are root certificates against which timestamps must verify. `mark` is what this machine saw.
    With `since`, a chain that ends where a checkpoint up to that one saw it end is not read again.
    A large record is walked by so many `processes`. Without `files` the files of evidence are not checked.
    """

    published: Sequence[checkpoint_check.PublishedCheckpoint] = ()
    seen: Sequence[checkpoint_check.SeenCheckpoint] = ()
    public_key: str | None = None
    own_key: str | None = None
    authorities: Sequence[Certificate] = ()
    mark: Mark | None = None
    since: int | None = None
    processes: int = 1
    files: EvidenceFiles | None = None


@dataclass(frozen=True)
class _Walked:
    """The result of walking every chain."""

    stored: dict[str, tuple[Checkpoint, ...]]
    walk: ChainWalk
    tombstones: Tombstones
    keyrings: dict[str, Keyring]

    @property
    def checkpoints(self) -> list[Checkpoint]:
        return [one for team in sorted(self.stored) for one in self.stored[team]]


def verify(
    store: Store, *, published: Sequence[checkpoint_check.PublishedCheckpoint] = (), public_key: str | None = None
) -> VerificationReport:
    """Check every hash and root, fold every incident again, and report the first broken entry of each chain."""
    return verify_with(store, VerificationEvidence(published=published, public_key=public_key))


def verify_with(store: Store, evidence: VerificationEvidence) -> VerificationReport:
    """Verify the record against evidence from outside the database."""
    report = store.transactions.read(lambda connection: _check(connection, evidence))
    return report.model_copy(update={"problems": (*report.problems, *_check_triggers(store))})


def _check_triggers(store: Store) -> tuple[Problem, ...]:
    try:
        store.transactions.write(record_triggers.check_triggers)
    except TriggersMissing as error:
        return (Problem(kind="triggers", what=str(error)),)
    return ()


def check_record(
    connection: Connection,
    published: Sequence[checkpoint_check.PublishedCheckpoint] = (),
    public_key: str | None = None,
    mark: Mark | None = None,
) -> VerificationReport:
    """Verify what one transaction sees, without the triggers."""
    return _check(connection, VerificationEvidence(published=published, public_key=public_key, mark=mark))


def _check(connection: Connection, evidence: VerificationEvidence) -> VerificationReport:
    keys, problems = chain_check.chain_keys(connection)
    with_checkpoints, malformed = checkpoint_rows.teams(connection)
    problems += malformed
    teams = sorted({key.team for key in keys} | set(with_checkpoints))
    stored: dict[str, tuple[Checkpoint, ...]] = {}
    for team in teams:
        stored[team], malformed = checkpoint_rows.read_checkpoints(connection, team)
        problems += malformed
    walk = ChainWalk()
    problems += _walk_chains(connection, keys, stored, evidence, walk)
    anchor = evidence.public_key or evidence.own_key
    keyrings = {team: Keyring(team, walk.workspace_entries, stored[team], anchor) for team in teams}
    walked = _Walked(stored, walk, Tombstones(walk.workspace_entries), keyrings)
    problems += _check_tables(connection, walked)
    problems += walked.tombstones.check(keys, walked.checkpoints)
    invalid = {one.id: tuple(checkpoint_check.check_root(one)) for one in walked.checkpoints}
    problems += [problem for found in invalid.values() for problem in found]
    problems += _check_roots(walked, evidence)
    problems += lost_since(connection, evidence.mark) if evidence.mark else ()
    problems += check_files(connection, evidence.files) if evidence.files else ()
    stamped = 0
    for team in teams:
        timestamps, malformed = checkpoint_rows.read_timestamps(connection, team)
        stamped += len(timestamps)
        problems += [*malformed, *check_timestamps(timestamps, stored[team], evidence.authorities)]
    return VerificationReport(
        chains=len(keys),
        entries=walk.entries,
        checkpoints=len(walked.checkpoints),
        problems=tuple(dict.fromkeys(problems)),
        numbers=tuple(_numbers(connection, {one.key for one in problems if one.key})),
        unsigned=sum(one.signature is None for one in walked.checkpoints),
        retired=len(walked.tombstones),
        stamped=stamped,
        unchanged=walk.unchanged,
        trusted=_last_trusted(walked, {id_ for id_, found in invalid.items() if found}),
    )


def _numbers(connection: Connection, keys: Collection[IncidentKey]) -> Iterator[tuple[IncidentKey, str]]:
    """Yield the display number of each chain that is an incident with a readable one."""
    for key in sorted(keys, key=lambda one: (one.team, one.id)):
        query = "SELECT number FROM incident WHERE team = :team AND incident = :incident"
        for (number,) in read_cells(connection, query, team=key.team, incident=key.id):
            if are_text(number):
                yield key, number


def _walk_chains(
    connection: Connection,
    keys: Sequence[IncidentKey],
    stored: dict[str, tuple[Checkpoint, ...]],
    evidence: VerificationEvidence,
    walk: ChainWalk,
) -> Iterator[Problem]:
    named = checkpoint_check.positions([*(one for team in stored for one in stored[team]), *evidence.published])
    covered = {key: n for team in stored for key, n in checkpoint_rows.covered_by(stored[team]).items()}
    earlier = [one for team in stored for one in stored[team] if one.seq <= (evidence.since or 0)]
    ends = {leaf.key: leaf for one in earlier for leaf in one.leaves}
    tasks = []
    for key in keys:
        found = None
        if key in ends and key.id != WORKSPACE:
            found = chain_check.unchanged_chain(connection, ends[key], named.get(key, ()))
        if found is None:
            tasks.append(ChainTask(key, frozenset(named.get(key, ())), covered.get(key, 0)))
        else:
            walk.add(found)
    for found in walk_chains(connection, tasks, evidence.processes):
        walk.add(found)
        yield from found.problems


def _check_tables(connection: Connection, walked: _Walked) -> Iterator[Problem]:
    """Check the tables that repeat what several chains say: display numbers and policies."""
    used = {team: set(numbers) for team, numbers in walked.walk.numbers.items()}
    for team in walked.stored:
        used.setdefault(team, set()).update(walked.tombstones.numbers(team))
    yield from check_numbers(connection, used)
    yield from check_policies(connection, walked.walk.workspace_entries, walked.walk.policy_hashes)


def _check_roots(walked: _Walked, evidence: VerificationEvidence) -> Iterator[Problem]:
    for one in [*walked.checkpoints, *evidence.published]:
        yield from checkpoint_check.check_leaves(one, walked.walk, walked.tombstones)
    for noted in evidence.seen:
        yield from checkpoint_check.check_seen(noted, walked.checkpoints)
    for one in evidence.published:
        yield from checkpoint_check.check_root(one)
        yield from checkpoint_check.check_published(
            one, walked.stored.get(checkpoint_check.leaves_of(one)[0].key.team, ())
        )
    for team, stored in walked.stored.items():
        yield from checkpoint_check.check_order(stored, team)
        if workspace_chain(team) in walked.walk.sound:
            yield from checkpoint_check.check_recorded(stored, walked.walk.workspace_entries, team)
        published = [one for one in evidence.published if checkpoint_check.leaves_of(one)[0].key.team == team]
        yield from walked.keyrings[team].check([*stored, *published], required=evidence.public_key is not None)
    if evidence.public_key is not None and not any(one.signature for one in [*walked.checkpoints, *evidence.published]):
        yield Problem(kind="key", what="no checkpoint is signed, so that the given key proves nothing here")


def _last_trusted(walked: _Walked, invalid: set[tuple[str, int]]) -> TrustedCheckpoint | None:
    """Return the last checkpoint that matches together with all before it; unsigned ones count only where none is signed."""
    last: Checkpoint | None = None
    any_signed = any(one.signature for one in walked.checkpoints)
    for one in walked.checkpoints:
        if one.id in invalid or not checkpoint_check.matches(one, walked.walk, walked.tombstones):
            break
        if one.public_key in walked.keyrings[one.team].known or not any_signed:
            last = one
    if last is None:
        return None
    return TrustedCheckpoint(seq=last.seq, taken_at=last.taken_at, root=last.root, signed_by=last.public_key)
