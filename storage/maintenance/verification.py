"""Checks a whole record again: every hash, every fold, every checkpoint, and the guards. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from incident.entry import workspace_chain
from storage.errors import TriggersMissing
from storage.integrity import checkpoints, rfc3161_timestamps
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.checks import chain_check, checkpoint_check
from storage.integrity.checks.check_report import Problem, Report, Trusted
from storage.integrity.checks.signature_check import Keyring, check_stamps
from storage.integrity.checks.tombstone_check import Tombstones
from storage.record.entry_rows import chain_lines, to_entry
from storage.store import Store
from storage.triggers import record_triggers

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

__all__ = ["Problem", "Report", "VerificationEvidence", "check", "verify"]


@dataclass(frozen=True)
class VerificationEvidence:
    """What is known outside the database.

    `published` are checkpoints or proofs that left the house, against which a cut tail shows, `seen` the roots that
    somebody noted of them. `public_key` is a key
    that every checkpoint must be signed with, or with one that follows or precedes it; `own_key` is the same of those
    that are signed at all. `authorities` are certificates that time stamps must lead to.
    """

    published: Sequence[checkpoint_check.Published] = ()
    seen: Sequence[checkpoint_check.SeenCheckpoint] = ()
    public_key: str | None = None
    own_key: str | None = None
    authorities: Sequence[Certificate] = ()


@dataclass(frozen=True)
class _Walked:
    """What walking every chain gave."""

    stored: dict[str, tuple[Checkpoint, ...]]
    heads: chain_check.Heads
    tombs: Tombstones
    rings: dict[str, Keyring]

    @property
    def every(self) -> list[Checkpoint]:
        return [one for team in sorted(self.stored) for one in self.stored[team]]


def verify(
    store: Store, *, published: Sequence[checkpoint_check.Published] = (), public_key: str | None = None
) -> Report:
    """Fold every incident again, check every hash and every root, and name the first broken entry of each chain."""
    return verify_by(store, VerificationEvidence(published=published, public_key=public_key))


def verify_by(store: Store, evidence: VerificationEvidence) -> Report:
    """Check the record by all that is known outside the database."""
    report = store.transactions.read(lambda connection: _check(connection, evidence))
    return report.model_copy(update={"problems": (*report.problems, *_check_guards(store))})


def _check_guards(store: Store) -> tuple[Problem, ...]:
    try:
        store.transactions.write(record_triggers.check_triggers)
    except TriggersMissing as missing:
        return (Problem(kind="triggers", what=str(missing)),)
    return ()


def check(
    connection: Connection, published: Sequence[checkpoint_check.Published] = (), public_key: str | None = None
) -> Report:
    """Check what is stored, seen from one transaction; the guards are not looked at."""
    return _check(connection, VerificationEvidence(published=published, public_key=public_key))


def _check(connection: Connection, evidence: VerificationEvidence) -> Report:
    keys = chain_check.keys(connection)
    teams = sorted({key.team for key in keys})
    stored = {team: checkpoints.stored(connection, team) for team in teams}
    heads = chain_check.Heads(
        checkpoint_check.places([*(one for team in teams for one in stored[team]), *evidence.published])
    )
    problems = [problem for key in keys for problem in chain_check.check_chain(connection, key, heads)]
    begun = evidence.public_key or evidence.own_key
    rings = {team: Keyring(team, heads.told, stored[team], begun) for team in teams}
    walked = _Walked(stored, heads, Tombstones(heads.told), rings)
    problems += chain_check.check_numbers(connection, walked.tombs)
    problems += walked.tombs.check(keys, walked.every)
    wrong = {one.place: tuple(checkpoint_check.check_root(one)) for one in walked.every}
    problems += [problem for found in wrong.values() for problem in found]
    problems += _check_roots(connection, walked, evidence)
    kept = {team: rfc3161_timestamps.kept(connection, team) for team in teams}
    problems += [one for team in teams for one in check_stamps(kept[team], stored[team], evidence.authorities)]
    return Report(
        chains=len(keys),
        entries=heads.entries,
        checkpoints=len(walked.every),
        problems=tuple(dict.fromkeys(problems)),
        unsigned=sum(one.signature is None for one in walked.every),
        retired=len(walked.tombs),
        stamped=sum(len(some) for some in kept.values()),
        trusted=_trusted(walked, {place for place, found in wrong.items() if found}),
    )


def _check_roots(connection: Connection, walked: _Walked, evidence: VerificationEvidence) -> Iterator[Problem]:
    for one in [*walked.every, *evidence.published]:
        yield from checkpoint_check.check_leaves(one, walked.heads, walked.tombs)
    for noted in evidence.seen:
        yield from checkpoint_check.check_seen(noted, walked.every)
    for one in evidence.published:
        yield from checkpoint_check.check_root(one)
        yield from checkpoint_check.check_published(
            one, walked.stored.get(checkpoint_check.leaves_of(one)[0].key.team, ())
        )
    for team, stored in walked.stored.items():
        if workspace_chain(team) in walked.heads.walked:
            lines = chain_lines(connection, workspace_chain(team), kinds=("checkpointed",))
            yield from checkpoint_check.check_recorded(stored, [to_entry(line) for line in lines], team)
        left = [one for one in evidence.published if checkpoint_check.leaves_of(one)[0].key.team == team]
        yield from walked.rings[team].check([*stored, *left], needs=evidence.public_key is not None)


def _trusted(walked: _Walked, wrong: set[tuple[str, int]]) -> Trusted | None:
    """Find the last checkpoint up to which all that was seen still holds; an unsigned one counts where none is signed."""
    last: Checkpoint | None = None
    any_signed = any(one.signature for one in walked.every)
    for one in walked.every:
        if one.place in wrong or not checkpoint_check.agrees(one, walked.heads, walked.tombs):
            break
        if one.public_key in walked.rings[one.team].known or not any_signed:
            last = one
    if last is None:
        return None
    return Trusted(seq=last.seq, taken_at=last.taken_at, root=last.root, signed_by=last.public_key)
