"""What an owner of the database can do: drop the triggers and write anything. Each change is rolled back afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection, delete, func, insert, select, update

from incident.entry import IncidentKey
from incident.record.hash_chain import digest
from storage.database.sqlite import begin_writing
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.checks.chain_check import walk_chain
from storage.maintenance.verification import Problem, VerificationReport, check_record
from storage.record.entry_rows import StoredEntryRow, rows_of_chain
from storage.record.projections.projection import columns, refold
from storage.store import Store
from storage.tables import BODY, CHAIN, CHECKPOINT, CHECKPOINT_LEAF, ENTRY, INCIDENT
from storage.triggers import record_triggers


@contextlib.contextmanager
def owner(store: Store) -> Iterator[Connection]:
    """Yield a connection without triggers, and roll everything back."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with begin_writing(connection) as transaction:
            record_triggers.drop(connection)
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("ALTER TABLE body DROP CONSTRAINT fk_body_entry")
            yield connection
            transaction.rollback()
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")


class TamperedDatabase:
    """Makes one change to the record, verifies it, and rolls the change back."""

    def __init__(self, connection: Connection, key: IncidentKey, published: tuple[Checkpoint, ...] = ()) -> None:
        self.connection = connection
        self.key = key
        self.published = published
        self.lines: tuple[StoredEntryRow, ...] = tuple(rows_of_chain(connection, key))

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        attempt = self.connection.begin_nested()
        try:
            yield
        finally:
            attempt.rollback()

    def report(self) -> VerificationReport:
        return check_record(self.connection, self.published)

    def problems_of_chain(self) -> list[Problem]:
        """What the walk over this chain alone finds, in a fraction of the time of a report on everything."""
        return walk_chain(self.connection, self.key, (), None).problems

    def entry(self, n: int):
        return (ENTRY.c.team == self.key.team) & (ENTRY.c.incident == self.key.id) & (ENTRY.c.n == n)

    def body(self, n: int):
        return (BODY.c.team == self.key.team) & (BODY.c.incident == self.key.id) & (BODY.c.n == n)

    def set_entry(self, n: int, /, **values: object) -> None:
        self.connection.execute(update(ENTRY).where(self.entry(n)).values(**values))

    def set_body(self, n: int, /, **values: object) -> None:
        self.connection.execute(update(BODY).where(self.body(n)).values(**values))

    def remove(self, n: int) -> None:
        self.connection.execute(delete(BODY).where(self.body(n)))
        self.connection.execute(delete(ENTRY).where(self.entry(n)))

    def remove_after(self, last: int) -> None:
        for table in (BODY, ENTRY):
            later = (table.c.team == self.key.team) & (table.c.incident == self.key.id) & (table.c.n > last)
            self.connection.execute(delete(table).where(later))

    def swap(self, n: int, m: int) -> None:
        for old, new in ((n, 10_000), (m, n), (10_000, m)):
            self.set_entry(old, n=new)
            self.set_body(old, n=new)

    def take_from(self, other: IncidentKey, n: int, place: int) -> None:
        """Put entry `n` of another chain, words and all, in a place of this one."""
        theirs = next(line for line in rows_of_chain(self.connection, other) if line.n == n)
        values = theirs._asdict()
        words = {name: values.pop(name) for name in ("salt", "words")}
        values.pop("key")
        here = {"team": self.key.team, "incident": self.key.id, "n": place}
        self.remove(place)
        self.connection.execute(insert(ENTRY).values(**(values | here)))
        if words["words"] is not None:
            self.connection.execute(insert(BODY).values(**here, **words))

    def cut(self, last: int) -> None:
        """Cut the tail after entry `last` and make everything derived agree, as one would who knows the tables."""
        self.remove_after(last)
        self.agree()

    def agree(self) -> None:
        """Make the rows of this chain say what its entries now give."""
        last = list(rows_of_chain(self.connection, self.key))[-1]
        chain = (CHAIN.c.team == self.key.team) & (CHAIN.c.incident == self.key.id)
        values = {"n": last.n, "head": last.hash, "checkpointed": last.n}
        self.connection.execute(update(CHAIN).where(chain).values(**values))
        self.connection.exec_driver_sql(
            f"UPDATE chain SET recorded_at = '{last.recorded_at}' WHERE incident = '{self.key.id}'"
        )
        incident = refold(self.connection, self.key)
        assert incident is not None
        row = (INCIDENT.c.team == self.key.team) & (INCIDENT.c.incident == self.key.id)
        self.connection.execute(update(INCIDENT).where(row).values(**columns(incident)))

    def rewrite(self, n: int, old: str, new: str) -> None:
        """Change the text of entry `n` and hash every later one again."""
        prev = None
        for line in self.lines[n - 1 :]:
            text = line.text.replace(old, new) if line.n == n else line.text.replace(line.prev, prev or line.prev)
            self.set_entry(line.n, text=text, hash=digest(text), prev=prev or line.prev)
            prev = digest(text)
        self.agree()

    def forget_checkpoints(self) -> None:
        """Remove every checkpoint and the whole workspace chain that tells of them."""
        workspace = IncidentKey(self.key.team, "workspace")
        for table in (CHECKPOINT, CHECKPOINT_LEAF):
            self.connection.execute(delete(table))
        for table in (BODY, ENTRY, CHAIN):
            self.connection.execute(delete(table).where(table.c.incident == workspace.id))


def count(connection: Connection) -> int:
    """Count all entries."""
    return int(connection.execute(select(func.count()).select_from(ENTRY)).scalar_one())
