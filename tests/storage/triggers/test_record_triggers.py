"""The database itself refuses to let the record be rewritten, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.database.sqlite import begin_writing
from storage.errors import TriggersMissing
from storage.maintenance.verification import verify
from storage.store import Store, open_store
from storage.triggers import record_triggers
from storage.triggers.postgresql_triggers import bodies, grants
from storage.triggers.trigger_self_test import unrefused
from tests.support import postgres
from tests.support.recorded_team import RECORD_START, TEAM, long_script, record, record_all

LAST = len(long_script("INC-2026-0001"))
_NEW = "INSERT INTO entry (team, incident, n, kind, recorded_at, text, prev, hash) SELECT "
_END = f" FROM entry WHERE n = {LAST}"
_ZEROS = "0" * 64

# Each breaks one rule only, so that the guard of that rule must answer.
FORBIDDEN = {
    "UPDATE entry SET text = 'x' WHERE n = 3": "an entry never changes",
    "UPDATE entry SET hash = 'x'": "an entry never changes",
    "DELETE FROM entry WHERE n = 3": "an entry is never deleted",
    f"{_NEW} team, incident, {LAST + 2}, kind, '9999', text, hash, hash{_END}": "takes the next number",
    f"{_NEW} team, incident, {LAST}, kind, '9999', text, hash, hash{_END}": "takes the next number",
    f"{_NEW} team, incident, 3, kind, '9999', text, hash, hash{_END}": "takes the next number",
    f"{_NEW} team, 'new', 2, kind, '9999', text, '{_ZEROS}', hash{_END}": "takes the next number",
    f"{_NEW} team, 'new', 1, kind, '9999', text, hash, hash{_END}": "continues the last hash",
    f"{_NEW} team, incident, {LAST + 1}, kind, '9999', text, prev, hash{_END}": "continues the last hash",
    f"{_NEW} team, incident, {LAST + 1}, kind, '2026', text, hash, hash{_END}": "time does not run backwards",
    f"{_NEW} team, incident, {LAST}, kind, '9999', 'x', hash, hash{_END} "
    "ON CONFLICT (team, incident, n) DO UPDATE SET text = 'x'": "takes the next number",
    "UPDATE body SET words = '{}' WHERE n = 1": "words never change",
    "DELETE FROM body WHERE n = 1": "words go only where a redaction names their entry",
    "DELETE FROM body": "words go only where a redaction names their entry",
    f"INSERT INTO body (team, incident, n, salt, words) SELECT team, incident, 12, 's', '{{}}'{_END}": "words come with",
}
ON_SQLITE = {
    _NEW.replace("INSERT", "INSERT OR REPLACE")
    + f"team, incident, {LAST}, kind, '9999', 'x', hash, hash{_END}": "takes the next number",
    _NEW.replace("INSERT", "REPLACE")
    + f"team, incident, 3, kind, '9999', 'x', hash, hash{_END}": "takes the next number",
    "UPDATE OR REPLACE entry SET n = 4 WHERE n = 3": "an entry never changes",
    "INSERT OR REPLACE INTO body SELECT team, incident, n, 's', '{}' FROM body WHERE n = 1": "words come with",
}
ON_POSTGRESQL = {
    "TRUNCATE entry CASCADE": "never emptied",
    "TRUNCATE body": "never emptied",
    "SET session_replication_role = replica; DELETE FROM body WHERE n = 1": "words go only",
}


def attempt(store: Store, statement: str) -> str:
    """Run a statement and return the database's error."""
    with pytest.raises(DBAPIError) as refused:
        store.transactions.write(lambda connection: connection.exec_driver_sql(statement).rowcount)
    return str(refused.value)


def test_the_record_refuses_to_be_rewritten(store: Store) -> None:
    record(store, long_script)
    own = ON_SQLITE if store.engine.dialect.name == "sqlite" else ON_POSTGRESQL

    for statement, words in (FORBIDDEN | own).items():
        assert words in attempt(store, statement), statement

    assert verify(store).is_sound


def test_the_triggers_are_checked_by_what_they_refuse(store: Store) -> None:
    record_all(store)

    store.transactions.write(record_triggers.check_triggers)

    assert verify(store).is_sound


@pytest.mark.parametrize("name", sorted(record_triggers.NAMES))
def test_a_missing_trigger_is_named(store: Store, name: str) -> None:
    table = "" if store.engine.dialect.name == "sqlite" else f" ON {name.split('_')[1]}"
    store.transactions.write(lambda c: c.exec_driver_sql(f"DROP TRIGGER {name}{table}").rowcount)

    with pytest.raises(TriggersMissing, match=name):
        store.migrate()

    assert [p.kind for p in verify(store).problems] == ["triggers"]


def test_a_trigger_that_does_nothing_is_found_on_sqlite(sqlite_store: Store) -> None:
    def weaken(connection: Connection) -> None:
        connection.exec_driver_sql("DROP TRIGGER guard_entry_update")
        connection.exec_driver_sql(
            "CREATE TRIGGER guard_entry_update BEFORE UPDATE ON entry WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    sqlite_store.transactions.write(weaken)

    with pytest.raises(TriggersMissing, match="guard_entry_update"):
        sqlite_store.transactions.write(record_triggers.check_triggers)


def test_a_trigger_that_does_nothing_is_found_on_postgresql(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as store:
        store.transactions.write(
            lambda c: (
                c.exec_driver_sql(
                    "CREATE OR REPLACE FUNCTION guard_entry_update() RETURNS trigger LANGUAGE plpgsql "
                    "AS $$ BEGIN RETURN NEW; END $$"
                ).rowcount
            )
        )

        with pytest.raises(TriggersMissing, match="guard_entry_update"):
            store.migrate()


def shadowed(service: Store) -> Iterator[tuple[str, str]]:
    """Yield what a session tries behind temporary tables of the same names, and how the database answers."""
    with service.engine.connect() as connection:
        for table in ("entry", "body"):
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table})")
        connection.exec_driver_sql(
            "INSERT INTO pg_temp.entry SELECT team, 'workspace', 1, 'retired', recorded_at, incident, ts, "
            """'{"facts":{"incident":"' || incident || '","entries":999}}', prev, hash FROM public.entry WHERE n = 1"""
        )
        for statement in (
            "DELETE FROM public.entry WHERE n = 3",
            "DELETE FROM public.body WHERE n = 1",
            f"{_NEW} team, incident, 999, kind, '2020', text, hash, hash FROM public.entry WHERE n = {LAST}".replace(
                "INTO entry", "INTO public.entry"
            ),
        ):
            attempt = connection.begin_nested()
            with pytest.raises(DBAPIError) as refused:
                connection.exec_driver_sql(statement)
            attempt.rollback()
            yield statement, str(refused.value)


def test_a_temporary_table_does_not_hide_the_record_from_the_triggers(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as store:
        record(store, long_script)

        for statement, answer in shadowed(store):
            assert re.search("never deleted|words go only|next number", answer), (statement, answer)

        assert verify(store).is_sound


def test_a_trigger_that_reads_a_table_of_any_schema_is_found(postgres_url: str) -> None:
    """So read the functions of earlier releases; the self-test finds it too, by what they accept."""
    with open_store(postgres_url, team=TEAM) as store:
        for name, source in bodies("public").items():
            body = source.replace('"public".', "")
            function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
            store.transactions.write(
                lambda c, function=function: c.exec_driver_sql(function.replace("%", "%%")).rowcount
            )

        with pytest.raises(TriggersMissing, match="guard_body_delete, guard_body_insert"):
            store.migrate()
        accepted = store.transactions.write(lambda connection: unrefused(connection, "public"))
        store.reinstall_triggers()
        assert verify(store).is_sound

    assert "delete an entry behind a temporary table" in accepted
    assert "delete words behind a temporary table" in accepted
    assert "leave a gap behind a temporary table" in accepted


def test_a_role_that_does_not_own_the_tables_can_work_and_cannot_drop_a_trigger(postgres_url: str) -> None:
    postgres.server().run("DROP ROLE IF EXISTS muster_service")
    postgres.server().run("CREATE ROLE muster_service LOGIN")
    with open_store(postgres_url) as owner:
        with owner.engine.begin() as connection:
            for statement in grants("muster_service"):
                connection.exec_driver_sql(statement)

        with open_store(postgres_url.replace("muster@", "muster_service@"), team=TEAM) as service:
            key = record(service, long_script)
            service.checkpoints.take(RECORD_START, None)
            service.delete_expired(RECORD_START)
            assert verify(service).is_sound
            for statement in ("DROP TRIGGER guard_entry_update ON entry", "ALTER TABLE entry DISABLE TRIGGER USER"):
                assert "must be owner" in attempt(service, statement)
            assert "permission denied" in attempt(service, "TRUNCATE body")
            assert "permission denied" in attempt(service, "UPDATE entry SET text = 'x'")
            assert "permission denied" in attempt(service, "CREATE TEMPORARY TABLE entry (n int)")
            assert "permission denied" in attempt(service, "CREATE SCHEMA other")
            assert "permission denied" in attempt(service, "CREATE TABLE public.other (n int)")
            assert len(service.queries.rows(key)) > 70
        owner.transactions.write(lambda c: c.exec_driver_sql("DROP OWNED BY muster_service").rowcount)


def test_a_role_name_that_is_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="role name"):
        grants("x; DROP TABLE entry")


def test_probing_needs_no_committed_trace(store: Store) -> None:
    with store.engine.connect() as connection, begin_writing(connection):
        record_triggers.check_triggers(connection)

        assert connection.exec_driver_sql("SELECT count(*) FROM entry").scalar_one() == 0


def test_checking_the_triggers_does_not_wait_for_a_long_read(postgres_url: str) -> None:
    """A replica that starts while another exports must not make everybody queue for the tables."""
    with open_store(postgres_url, team=TEAM) as store, store.engine.begin() as reading:
        record(store, lambda number: long_script(number)[:2])
        assert reading.exec_driver_sql("SELECT count(*) FROM entry, body").scalar_one() > 0

        store.migrate()

        assert reading.in_transaction()
