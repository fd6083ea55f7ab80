"""The schema: made from nothing, left alone when it is right, refused when it is not known."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from mako.template import Template
from sqlalchemy import Connection, select, text
from sqlmodel import SQLModel

from storage.database import schema
from storage.database.role_grants import held_grants
from storage.errors import UnknownSchema
from storage.maintenance.verification import verify
from storage.store import Store, open_store
from storage.tables import INCIDENT
from tests.support import postgres
from tests.support.wait import until

WAITS_FOR_A_TABLE = "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted"
MIGRATIONS = Path(schema.__file__).parents[1] / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
    else:
        with postgres.server().database() as url:
            yield url


def test_an_empty_database_becomes_a_sound_record(empty_url: str) -> None:
    with open_store(empty_url, team="T1") as store:
        store.migrate()

        assert verify(store).is_sound
        store.transactions.read(schema.check_schema)


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()
    store.migrate()

    assert store.transactions.read(schema.current) == schema.HEAD


def test_a_channel_that_a_void_incident_had_adopted_under_an_older_release_is_given_back(store: Store) -> None:
    def as_before(connection: Connection) -> None:
        values = {
            "n": 1,
            "service": "s",
            "is_over": 1,
            "major": 0,
            "drill": 0,
            "restricted": 0,
            "title": "t",
            "masked": 0,
        }
        for number, state, adopted in (
            ("1", "void:false_alarm", "C1"),
            ("2", "active", "C2"),
            ("3", "void:duplicate", None),
        ):
            row = {
                "incident": number,
                "number": number,
                "state": state,
                "adopted": adopted,
                "channel": f"C{number}",
                **values,
            }
            connection.execute(
                INCIDENT.insert().values(
                    team="T1", declared_at=datetime.now(UTC), shape="", folded="{}", position="", **row
                )
            )
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))

    store.transactions.write(as_before)

    store.migrate()

    found = store.transactions.read(
        lambda c: c.execute(select(INCIDENT.c.channel).order_by(INCIDENT.c.number)).scalars().all()
    )
    assert found == [None, "C2", "C3"]


def test_replicas_that_start_together_take_turns(empty_url: str) -> None:
    def start() -> None:
        with open_store(empty_url) as store:
            store.migrate()

    with ThreadPoolExecutor(3) as pool:
        starts = [pool.submit(start) for _ in range(3)]

    assert [one.exception() for one in starts] == [None, None, None]


def test_a_migration_that_locks_out_an_older_process_is_tried_again(postgres_url: str) -> None:
    with open_store(postgres_url) as store, psycopg.connect(postgres_url) as older, ThreadPoolExecutor(1) as pool:
        older.execute("UPDATE alembic_version SET version_num = '0010'")
        older.commit()
        # The migration is the one that PostgreSQL aborts: the older process looks for a deadlock too late.
        older.execute("SET deadlock_timeout = '60s'")
        older.execute("LOCK TABLE incident IN ROW EXCLUSIVE MODE")
        migration = pool.submit(store.migrate)
        until(lambda: older.execute(WAITS_FOR_A_TABLE).fetchone() == (1,), "the migration waits", seconds=20)

        older.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        older.commit()

        assert migration.result(20) is None
        assert store.transactions.read(schema.current) == schema.HEAD


def test_a_start_during_a_dump_keeps_no_other_replica_from_reading(postgres_url: str) -> None:
    """A dump holds a lock on the record until it ends; a start that waited for it would hold up all who come after."""
    with open_store(postgres_url) as store, psycopg.connect(postgres_url) as dump, ThreadPoolExecutor(1) as pool:
        dump.execute("LOCK TABLE entry, body IN ACCESS SHARE MODE")
        start = pool.submit(store.migrate)
        with psycopg.connect(postgres_url, autocommit=True) as replica:
            replica.execute("SET statement_timeout = '800ms'")
            while not start.done():
                replica.execute("SELECT count(*) FROM entry, body")

        assert start.result() is None


def test_the_tables_equal_the_result_of_the_migrations(store: Store) -> None:
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, SQLModel.metadata)

    assert store.transactions.read(differences) == []


def test_the_known_revisions_are_those_of_the_migrations(sqlite_store: Store) -> None:
    scripts = sqlite_store.transactions.read(
        lambda connection: ScriptDirectory.from_config(schema.alembic_config(connection))
    )

    assert scripts.get_current_head() == schema.HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(schema.KNOWN)


def test_a_migration_made_from_the_template_can_be_imported() -> None:
    template = Template((MIGRATIONS / "script.py.mako").read_text("utf-8"))
    source = template.render(message="Add a column.", up_revision="9", down_revision="8", upgrades="", downgrades="")
    module: dict[str, Any] = {}

    exec(compile(source, "migration", "exec"), module)

    assert (module["revision"], module["down_revision"]) == ("9", "8")
    assert callable(module["upgrade"])


def test_a_newer_schema_is_refused_with_its_revision(store: Store) -> None:
    store.transactions.write(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'").rowcount)

    with pytest.raises(
        UnknownSchema,
        match="revision 0999, this Muster knows 0001, 0002, 0003, 0004, 0005, 0006, 0007, 0008, 0009, 0010",
    ):
        store.migrate()


def test_a_foreign_database_is_refused_and_left_alone(empty_url: str) -> None:
    with open_store(empty_url) as store:
        store.transactions.write(lambda c: c.exec_driver_sql("CREATE TABLE entry (id INTEGER)").rowcount)

        with pytest.raises(UnknownSchema, match="Muster did not create"):
            store.migrate()

        assert store.transactions.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM entry").scalar_one()) == 0


def test_an_unmigrated_database_says_what_to_run(empty_url: str) -> None:
    with open_store(empty_url) as store, pytest.raises(UnknownSchema, match="muster migrate"):
        store.transactions.read(schema.check_schema)


def test_no_migration_rebuilds_the_record() -> None:
    """Alembic's batch mode copies a table and drops its triggers without a word."""
    for script in [MIGRATIONS / "env.py", *MIGRATIONS.glob("versions/*.py")]:
        words = script.read_text("utf-8")
        for table in ("entry", "body"):
            assert f'batch_alter_table("{table}"' not in words
            assert f"batch_alter_table('{table}'" not in words
    assert "render_as_batch=False" in (MIGRATIONS / "env.py").read_text("utf-8")


def test_a_migration_gives_a_service_role_its_rights_on_new_tables_and_takes_none() -> None:
    server = postgres.server()
    server.run("CREATE ROLE muster_upgraded LOGIN")
    with server.database() as url, open_store(url) as store:
        with store.engine.begin() as connection:
            command.upgrade(schema.alembic_config(connection), "0001")
            connection.exec_driver_sql("CREATE TABLE others (id INTEGER)")
            connection.exec_driver_sql("GRANT SELECT, INSERT ON entry, others TO muster_upgraded")

        store.migrate()

        held = store.transactions.read(held_grants)
    rights = {(one.relation, one.right) for one in held if one.role == "muster_upgraded"}
    assert {("presence", "UPDATE"), ("entry", "INSERT"), ("others", "SELECT"), ("job_id_seq", "USAGE")} <= rights
    assert ("entry", "UPDATE") not in rights


def test_opening_a_store_does_not_import_alembic() -> None:
    """It takes a quarter of a second, which a start without anything to migrate need not pay."""
    code = "import storage.store, sys; sys.exit('alembic' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False, env=os.environ)

    assert done.returncode == 0
