"""Engines: accepted URLs, settings of SQLite, times that keep their zone."""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from storage.column_types import UtcText
from storage.database.engine import make_engine, read_url
from storage.errors import InvalidDatabaseUrl, Unavailable
from storage.store import Store, open_store


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("sqlite:///muster.db", "sqlite+pysqlite"),
        ("sqlite:////var/lib/muster.db", "sqlite+pysqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg"),
    ],
)
def test_an_address_is_taken_in_its_usual_forms(address: str, driver: str) -> None:
    assert read_url(address).drivername == driver


@pytest.mark.parametrize(
    "address",
    [
        *("", "muster.db", "mysql://h/d", "sqlite://", "sqlite:///:memory:", "sqlite:///muster.db?mode=ro"),
        *("postgresql://u:p@h:port/d", "postgresql://u:p/q@h:5432:1/d"),
    ],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidDatabaseUrl):
        make_engine(address)


def test_a_refused_address_is_not_repeated_with_its_password() -> None:
    with pytest.raises(InvalidDatabaseUrl) as refused:
        make_engine("postgresql:/u:hunter2@h")

    assert "hunter2" not in str(refused.value)


def test_every_sqlite_connection_is_durable_and_checks_its_keys(sqlite_store: Store) -> None:
    def pragmas(connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    wanted = ["wal", 2, 1, 1, 15000]
    assert sqlite_store.transactions.read(pragmas) == wanted
    assert sqlite_store.transactions.write(pragmas) == wanted


def test_an_error_of_the_database_shows_neither_an_address_nor_what_people_wrote(store: Store) -> None:
    def work(connection) -> None:
        connection.exec_driver_sql("DROP TABLE contact_method")
        statement = "INSERT INTO contact_method (team, address) VALUES (:team, :address)"
        connection.execute(text(statement), {"team": "T1", "address": "+491701234567"})

    with pytest.raises(SQLAlchemyError) as refused:
        store.transactions.write(work)

    assert "contact_method" in str(refused.value)
    assert "+491701234567" not in str(refused.value)


def test_a_time_is_stored_as_utc_text_and_read_as_aware() -> None:
    column, dialect = UtcText(), sqlite.dialect()
    at = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))

    text = column.process_bind_param(at, dialect)

    assert text == "2026-03-01T10:00:00.000001Z"
    assert column.process_result_value(text, dialect) == at
    with pytest.raises(ValueError, match="time zone"):
        column.process_bind_param(datetime(2026, 3, 1), dialect)  # noqa: DTZ001 - that is the point


def test_a_server_set_to_read_only_refuses_a_write_also_after_a_read_on_the_same_connection(postgres_url: str) -> None:
    with open_store(postgres_url) as store:
        name = make_url(postgres_url).database
        store.transactions.write(
            lambda c: c.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
        )
        store.engine.dispose()

        store.transactions.read(lambda c: c.execute(text("SELECT 1")).scalar_one())

        with pytest.raises(Unavailable) as refused:
            store.transactions.write(lambda c: c.execute(text("DELETE FROM draft")))
        assert refused.value.why == "read_only"


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("INSERT INTO presence VALUES ('T', 'Ada of +49 151 23456789', NULL)", "null value in column"),
        (
            "INSERT INTO presence SELECT 'T', 'Ada of +49 151 23456789', '2026' FROM generate_series(1, 2)",
            "duplicate key",
        ),
        ("SELECT CAST('Ada of \"+49 151 23456789\"' AS integer)", "[hidden]"),
        ("SELECT CAST('{\"Ada of +49 151 23456789' AS json)", "invalid input syntax for type json"),
    ],
)
def test_an_error_of_postgresql_names_no_value(postgres_url: str, statement: str, shown: str) -> None:
    with open_store(postgres_url) as store, pytest.raises(SQLAlchemyError) as raised:
        store.transactions.write(lambda connection: connection.execute(text(statement)))

    printed = "".join(traceback.format_exception(raised.value)).replace(statement, "")
    assert shown in printed
    assert "Ada" not in printed
    assert "23456789" not in printed
    assert "DETAIL" not in printed
