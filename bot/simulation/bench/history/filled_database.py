"""Fills a database with a history of years: ended incidents evenly over three years, open ones over the last month.

Jobs and idempotency keys are those of the last two days, as housekeeping leaves them, and a timer of each open incident.
PostgreSQL takes the rows by COPY, without the triggers of the record, which are installed again afterwards: they ask for each row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select, text
from ulid import ULID

from bot.simulation.bench.history.sample_incidents import TEAM, Sample, policy_text
from bot.simulation.bench.history.stamped_copies import Rows, Stamp, Template
from incident.jobs import JobKind
from incident.policy import Policy
from roles.person_ids import slack_person
from storage.jobs.job_table import JOB, JobState
from storage.record.idempotency_keys import RETENTION
from storage.store import Store
from storage.tables import BODY, CHAIN, CONCERNED, COUNTER, ENTRY, INCIDENT, MESSAGE_KEY, SEEN

PEOPLE: Final = 300
_YEARS: Final = timedelta(days=3 * 365)
_MONTH: Final = timedelta(days=30)
_BATCH: Final = 200
# Of ten incidents six are short, three are of some length and one is long.
_LENGTHS: Final = (0, 1, 0, 0, 1, 0, 2, 0, 1, 0)
_PLAIN: Final[tuple[Table, ...]] = (CHAIN, INCIDENT, CONCERNED, MESSAGE_KEY, SEEN, JOB)


@dataclass(frozen=True)
class Planned:
    """One incident of the history."""

    template: Template
    stamp: Stamp


def fill(store: Store, samples: list[Sample], policy: Policy, *, ended: int, still_open: int, now: datetime) -> int:
    """Store a history that ends at `now`, and return the number of its entries."""
    store.directory.activate_policy(policy, policy_text(), now - _YEARS)
    templates = [Template(sample) for sample in samples]
    numbers = store.transactions.read(_last_numbers)
    planned = _plan(templates, _times(ended, still_open, now), numbers)
    entries = 0
    store.transactions.write(_disable_triggers)
    while batch := list(islice(planned, _BATCH)):
        store.transactions.write(partial(_store, batch=batch, now=now))
        store.checkpoints.take(batch[-1].stamp.at, None)
        entries += sum(one.template.entries for one in batch)
    store.transactions.write(partial(_store_numbers, numbers=numbers))
    store.reinstall_triggers()
    store.transactions.write(lambda connection: connection.execute(text("ANALYZE")).rowcount)
    return entries


def _disable_triggers(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for table in (ENTRY, BODY):
            connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))


def _last_numbers(connection: Connection) -> dict[int, int]:
    """Return the last display number of each year."""
    ours = select(COUNTER.c.year, COUNTER.c.value).where(COUNTER.c.team == TEAM)
    return {row.year: row.value for row in connection.execute(ours)}


def _store_numbers(connection: Connection, numbers: dict[int, int]) -> int:
    rows = [{"team": TEAM, "year": year, "value": value} for year, value in numbers.items()]
    connection.execute(delete(COUNTER).where(COUNTER.c.team == TEAM))
    return connection.execute(insert(COUNTER), rows).rowcount


def _times(ended: int, still_open: int, now: datetime) -> list[tuple[datetime, bool]]:
    """Return when each incident was declared and whether it is open, oldest first."""
    last = now - timedelta(hours=3)
    past = [(last - _YEARS * (n / max(1, ended)), False) for n in range(ended)]
    present = [(last - _MONTH * (n / max(1, still_open)), True) for n in range(still_open)]
    return sorted((at.replace(microsecond=0), is_open) for at, is_open in past + present)


def _plan(templates: list[Template], times: list[tuple[datetime, bool]], numbers: dict[int, int]) -> Iterator[Planned]:
    """Yield the incidents in the order of their declarations; `numbers` are the last display numbers, and go on."""
    for n, (at, is_open) in enumerate(times):
        numbers[at.year] = number = numbers.get(at.year, 0) + 1
        fitting = [one for one in templates if one.sample.is_open is is_open]
        people = tuple(slack_person(TEAM, f"U{(n * 7 + k * 31) % PEOPLE:05}") for k in range(6))
        key = str(ULID.from_datetime(at))
        stamp = Stamp(key, f"INC-{at.year}-{number:04d}", f"C{key}", at, people)
        yield Planned(fitting[_LENGTHS[n % len(_LENGTHS)]], stamp)


def _store(connection: Connection, batch: list[Planned], now: datetime) -> int:
    copies = [one.template.copy(one.stamp) for one in batch]
    _store_chains(connection, copies)
    for table in _PLAIN:
        rows = [row for copy, one in zip(copies, batch, strict=True) for row in _remaining(copy, table, one, now)]
        _insert(connection, table, rows)
    return len(copies)


def _store_chains(connection: Connection, copies: list[Rows]) -> None:
    """Insert entries with their texts; for the triggers a position of all chains at a time, each text after its entry."""
    if connection.dialect.name == "postgresql":
        for table in (ENTRY, BODY):
            _insert(connection, table, [row for copy in copies for row in copy[table.name]])
        return
    entries = sorted((row for copy in copies for row in copy[ENTRY.name]), key=_position)
    bodies: dict[int, list[dict[str, Any]]] = {}
    for row in (row for copy in copies for row in copy[BODY.name]):
        bodies.setdefault(row["n"], []).append(row)
    for n, rows in groupby(entries, key=_position):
        _insert(connection, ENTRY, list(rows))
        _insert(connection, BODY, bodies.get(n, []))


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    stored = [(name, table.c[name].type.bind_processor(connection.dialect)) for name in rows[0]]
    columns = ", ".join(f'"{name}"' for name, _ in stored)
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([process(row[name]) if process else row[name] for name, process in stored])


def _position(row: dict[str, Any]) -> int:
    return int(row["n"])


def _remaining(copy: Rows, table: Table, one: Planned, now: datetime) -> list[dict[str, Any]]:
    """Return the rows of a copy that housekeeping has not deleted yet."""
    is_recent = one.stamp.at > now - RETENTION
    if table is SEEN:
        return copy[table.name] if is_recent else []
    if table is not JOB:
        return copy[table.name]
    done = {"state": JobState.DONE, "ended_at": one.stamp.at + timedelta(minutes=1)}
    rows = [{**row, **done} for row in copy[table.name] if is_recent and row["kind"] != JobKind.TIMER]
    if one.template.sample.is_open:
        later = now + timedelta(days=1)
        rows += [{**row, "run_at": later} for row in copy[table.name] if row["kind"] == JobKind.TIMER]
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]
