"""`muster bench --history N`: what a record of N incidents costs, in time and in bytes, against a new one.

Both are measured in turns in one run. The new record has fifty open incidents at most, and no past.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, select, text

from bot.clock import RealClock
from bot.plain_yaml import load_yaml
from bot.simulation.bench.history.filled_database import fill
from bot.simulation.bench.history.history_operations import Operations, measure
from bot.simulation.bench.history.sample_incidents import TEAM, policy_text, sample_incidents
from incident.entry import IncidentKey
from incident.policy import Policy
from storage.database import schema
from storage.database.engine import read_url
from storage.integrity.checks.chain_check import walk_chain
from storage.store import Store, open_store
from storage.tables import INCIDENT

ROUNDS: Final = 40
QUICK_ROUNDS: Final = 2
FEW: Final = 50
_VERIFIED: Final = 30


def bench_history(incidents: int, *, still_open: int, database: str | None, quick: bool = False) -> int:
    """Measure and print one JSON object. Return 0, or 1 for a database that is not empty."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    try:
        measured = measure_history(incidents, still_open, database=database, rounds=rounds)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(measured, indent=1))
    return 0


def measure_history(incidents: int, still_open: int, *, database: str | None, rounds: int) -> dict[str, Any]:
    """Return size and times of a record of that many incidents, of which some are open.

    `database` is the URL of an empty database; a SQLite file without one. Raises ValueError for one that is not empty.
    """
    policy = Policy.model_validate(load_yaml(policy_text()))
    ended, now = max(1, incidents - still_open), RealClock().now().replace(microsecond=0)
    samples = sample_incidents(policy)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, ExitStack() as stack:
        url = database or f"sqlite:///{Path(folder) / 'filled.db'}"
        stores = {
            one: stack.enter_context(open_store(one, team=TEAM)) for one in (url, stack.enter_context(_new_beside(url)))
        }
        filled = stores[url]
        for store in stores.values():
            _require_empty(store)
            store.migrate()
            fill(
                store,
                samples,
                policy,
                ended=0,
                still_open=still_open if store is filled else min(still_open, FEW),
                now=now,
            )
        size, started = filled.transactions.read(_bytes), time.perf_counter()
        _print_progress(f"filling a record with {ended} incidents")
        entries = fill(filled, samples, policy, ended=ended, still_open=0, now=now)
        seconds = time.perf_counter() - started
        grown = filled.transactions.read(_bytes) - size
        _print_progress("measuring the operations")
        numbers = {one: store.transactions.read(_checked_number) for one, store in stores.items()}
        of_filled, of_new = (Operations(one, policy, now, number) for one, number in numbers.items())
        operations = measure(of_new, of_filled, rounds)
    return {
        "database": url.split(":")[0].split("+")[0],
        "incidents": incidents,
        "open": still_open,
        "entries": entries,
        "incidents_filled_per_minute": round(ended / seconds * 60),
        "bytes_per_incident": round(grown / ended),
        "entries_per_incident": round(entries / ended),
        "operations_ms": operations,
    }


@contextmanager
def _new_beside(url: str) -> Iterator[str]:
    """Yield the URL of a second database beside the given one, which is deleted afterwards."""
    parsed = read_url(url)
    name = f"{parsed.database}_new"
    beside = parsed.set(database=name).render_as_string(hide_password=False)
    if parsed.get_backend_name() == "sqlite":
        try:
            yield beside
        finally:
            for path in (Path(name), Path(f"{name}-wal"), Path(f"{name}-shm")):
                path.unlink(missing_ok=True)
        return
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        yield beside
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        engine.dispose()


def _require_empty(store: Store) -> None:
    if store.transactions.read(schema.current) is not None:
        raise ValueError("the database is not empty: name one that holds no tables")


def _checked_number(connection: Connection) -> str:
    """Verify a few incidents, spread over the record, and return the display number of one of them."""
    rows = connection.execute(select(INCIDENT.c.incident, INCIDENT.c.number).order_by(INCIDENT.c.incident)).all()
    chosen = rows[:: max(1, len(rows) // _VERIFIED)]
    for row in chosen:
        problems = walk_chain(connection, IncidentKey(TEAM, row.incident), (), None).problems
        if problems:
            raise RuntimeError(f"{row.number} of the history does not verify: {problems[0]}")
    return str(chosen[len(chosen) // 2].number)


def _bytes(connection: Connection) -> int:
    """Return the size of the database."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())


def _print_progress(label: str) -> None:
    print(f"{label} …", file=sys.stderr, flush=True)
