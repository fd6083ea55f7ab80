"""Three processes start at once on an empty PostgreSQL, and are then restarted one after the other.

People continue throughout: a process with an open socket is there for each message and command.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, text

from storage.database import schema
from storage.store import open_store
from tests.support import postgres
from tests.support.replica_env import PATIENCE, ReplicaEnv, Wire
from tests.support.wait import until

# Logs the name of every table that is created.
NOTE_TABLES = """
CREATE TABLE made (name text);
CREATE FUNCTION note_made() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN
        INSERT INTO made
        SELECT object_identity FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE';
    END $$;
CREATE EVENT TRIGGER made ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION note_made();
"""
WAIT_FOR_IT = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaEnv]:
    """A database that holds only a log of the tables created in it."""
    with postgres.server().database() as url, ReplicaEnv(tmp_path_factory.mktemp("restarted"), url) as house:
        with psycopg.connect(url) as connection:
            connection.execute(NOTE_TABLES)
        yield house


def test_three_processes_that_start_at_once_on_an_empty_database_all_become_ready(house: ReplicaEnv) -> None:
    with psycopg.connect(house.url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [schema._LOCK])
        for _ in range(3):
            house.start()
        until(lambda: house.rows(WAIT_FOR_IT) == [(3,)], "three wait for their turn", seconds=PATIENCE)
        assert house.rows("SELECT * FROM made") == []
    until(lambda: all(one.is_running() for one in house.replicas), "three run", seconds=PATIENCE)

    assert house.sandbox.wait_for_socket(60, count=3)
    made = Counter(name for (name,) in house.rows("SELECT name FROM made"))
    assert made["public.entry"] == made["public.job"] == 1
    assert [name for name, times in made.items() if times > 1] == []
    assert house.rows("SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
    assert [one.said.count("by policy") for one in house.replicas] == [1, 1, 1]
    assert not any(word in one.said for one in house.replicas for word in ("ERROR", "WARNING"))


def test_a_rolling_restart_loses_nothing_duplicates_nothing_and_leaves_no_gap(house: ReplicaEnv) -> None:
    channels = [house.declare(), house.declare("bea", impact=2)]
    is_over = threading.Event()

    def talk(user: str, channel: str) -> None:
        house.sandbox.actor.join(user, channel)
        notes = 0
        while not is_over.wait(0.05):
            house.say(channel, user)
            notes += 1
            if notes % 15 == 0:
                house.note(channel, user)

    talking = [threading.Thread(target=talk, args=pair) for pair in zip(("cleo", "dov"), channels, strict=True)]
    with Wire(house.sandbox) as wire:
        for one in talking:
            one.start()
        codes = []
        for n, old in enumerate(list(house.replicas)):
            codes.append(old.end())
            until(house.start().is_running, "the next one runs", seconds=PATIENCE)
            until(lambda: house.sandbox.sockets.count() == 3, f"three sockets after restart {n}", seconds=PATIENCE)
        is_over.set()
        for one in talking:
            one.join()
        house.sandbox.settle(30)

    # An event on its way to a closing socket is not acknowledged, and Slack sends it again.
    again = [one for one in wire.unanswered if one.startswith(("message:", "pin_added:"))]
    assert codes == [0, 0, 0]
    assert wire.unanswered == again
    assert len(again) <= 3
    assert wire.fewest == 2
    assert all(one.was_acknowledged for one in house.ledger.entries)
    assert house.problems() == []
    assert len(house.ledger.messages) > 60


def migrate_to_a_later_release(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": schema._LOCK})
    for table in ("chain", "entry", "body", "incident", "job", "seen", "message_key"):
        connection.execute(text(f"ALTER TABLE {table} ADD COLUMN of_later text"))
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def test_old_processes_continue_on_a_newer_schema_and_none_starts_on_it(house: ReplicaEnv) -> None:
    channel = house.declare("cleo")
    with open_store(house.url) as store:
        store.transactions.write(migrate_to_a_later_release)

    assert all(house.note(channel, "dov").wait().acked for _ in range(12))
    house.say(channel, "dov")
    house.declare("bea")
    late = house.start()

    assert late.process.wait(PATIENCE) == 1
    assert "database is at revision 9999" in late.said
    assert all(one.was_acknowledged for one in house.ledger.entries)
    assert house.problems() == []
