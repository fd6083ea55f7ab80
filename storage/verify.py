"""Checks a whole record again: every hash, every fold, every checkpoint, and the guards. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from incident.entry import workspace_chain
from storage import checkpoints, guards
from storage.errors import GuardsMissing
from storage.reading import chain_lines, to_entry
from storage.store import Store
from storage.verifying import chains, roots
from storage.verifying.report import Problem, Report

__all__ = ["Problem", "Report", "check", "verify"]


def verify(store: Store, *, published: Sequence[roots.Published] = (), public_key: str | None = None) -> Report:
    """Fold every incident again, check every hash and every root, and name the first broken entry of each chain.

    `published` are checkpoints or proofs that left the house, against which a cut tail shows. `public_key` is the key
    that checkpoints must be signed with.
    """
    report = store.transactions.read(lambda connection: check(connection, published, public_key))
    return report.model_copy(update={"problems": (*report.problems, *_check_guards(store))})


def _check_guards(store: Store) -> tuple[Problem, ...]:
    try:
        store.transactions.write(guards.check_guards)
    except GuardsMissing as missing:
        return (Problem(kind="guards", what=str(missing)),)
    return ()


def check(connection: Connection, published: Sequence[roots.Published] = (), public_key: str | None = None) -> Report:
    """Check what is stored, seen from one transaction; the guards are not looked at."""
    keys = chains.keys(connection)
    teams = sorted({key.team for key in keys})
    stored = {team: checkpoints.stored(connection, team) for team in teams}
    every = [one for team in teams for one in stored[team]]
    heads = chains.Heads(roots.places([*every, *published]))
    problems = [problem for key in keys for problem in chains.check_chain(connection, key, heads)]
    problems += chains.check_numbers(connection)
    for one in [*every, *published]:
        problems += roots.check_leaves(one, heads)
        problems += roots.check_root(one, public_key)
    for team in teams:
        if workspace_chain(team) in heads.walked:
            entries = [
                to_entry(line) for line in chain_lines(connection, workspace_chain(team), kinds=("checkpointed",))
            ]
            problems += roots.check_recorded(stored[team], entries, team)
    for one in published:
        problems += roots.check_published(one, stored.get(roots.leaves_of(one)[0].key.team, ()))
    unique = tuple(dict.fromkeys(problems))
    return Report(chains=len(keys), entries=heads.entries, checkpoints=len(every), problems=unique)
