"""Walks many chains in several processes, each with its own read-only connection. Knows no rule of a check.

A process may see later entries than the caller. So a chain in which it finds a problem, or nothing at all, is walked again
by the caller, whose one snapshot decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from multiprocessing import get_context
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from incident.entry import IncidentKey
from storage.database.engine import make_engine
from storage.integrity.checks.chain_check import ChainFindings, walk_chain
from storage.tables import CHAIN

# A process starts in about a second, in which this one checks so many entries.
PAYS_FROM: Final = 200_000
_CHUNK: Final = 16


class ChainTask(NamedTuple):
    """One chain to walk, and what checkpoints name of it (see `walk_chain`)."""

    key: IncidentKey
    named: frozenset[int]
    covered: int


def is_worth_processes(connection: Connection) -> bool:
    """True if the record is so large that other processes have started before this one is done."""
    return (connection.execute(select(func.sum(CHAIN.c.n))).scalar_one() or 0) >= PAYS_FROM


def walk_chains(connection: Connection, tasks: Sequence[ChainTask], processes: int) -> Iterator[ChainFindings]:
    """Yield the findings of each chain in order; with fewer than two processes all are walked here."""
    there = _elsewhere(connection, tasks, processes) if processes > 1 and len(tasks) > 1 else iter(())
    for task in tasks:
        found = next(there, None)
        yield found if found is not None else walk_chain(connection, *task)


def _elsewhere(connection: Connection, tasks: Sequence[ChainTask], processes: int) -> Iterator[ChainFindings | None]:
    """Yield what other processes found, None for each chain to be walked here; end early when a process dies."""
    url = connection.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(partial(_walk_one, url), tasks, chunksize=_CHUNK)
        except BrokenProcessPool:
            return


@cache
def _engine(url: str) -> Engine:
    return make_engine(url)


def _walk_one(url: str, task: ChainTask) -> ChainFindings | None:
    try:
        with _engine(url).connect() as connection:
            found = walk_chain(connection, *task)
    except SQLAlchemyError:
        # The caller meets the same error, and explains it.
        return None
    return found.without_state() if found.entries and not found.problems else None
