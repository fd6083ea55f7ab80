"""Brings a database to the schema this release knows, under a lock, and refuses one it does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from storage.database.sqlite import begin_writing
from storage.errors import UnknownSchema
from storage.tables import ENTRY
from storage.triggers import record_triggers

HEAD: Final = "0004"
KNOWN: Final = ("0001", "0002", "0003", "0004")
_LOCK: Final = 7_236_019
_VERSIONS: Final = "alembic_version"


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables, and prove that the guards fire. Replicas that start together take turns."""
    with engine.connect() as connection, begin_writing(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if current(connection) != HEAD:
            upgrade(connection)
        record_triggers.check_triggers(connection)


def reinstall_triggers(engine: Engine) -> None:
    """Put the guards in place again, and prove that they fire; only a database of our schema has any."""
    with engine.connect() as connection, begin_writing(connection):
        check_schema(connection)
        record_triggers.install(connection)
        record_triggers.check_triggers(connection)


def current(connection: Connection) -> str | None:
    """Tell the revision of the database, None for an empty one; raise UnknownSchema for one we cannot read."""
    tables = set(inspect(connection).get_table_names())
    if _VERSIONS not in tables:
        if ENTRY.name in tables:
            raise UnknownSchema(
                "this database has a table called entry that Muster did not make; name another database"
            )
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is not None and found not in KNOWN:
        raise UnknownSchema(
            f"this database is at revision {found}, this Muster knows {', '.join(KNOWN)}; "
            "start the release that wrote it, or a newer one"
        )
    return found


def check_schema(connection: Connection) -> None:
    """Raise UnknownSchema unless the database is at exactly the revision this release writes."""
    found = current(connection)
    if found != HEAD:
        raise UnknownSchema(f"this database is at revision {found or 'none'}, {HEAD} is needed; run: muster migrate")


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction of the connection."""
    # Alembic takes a quarter of a second to import, which a start without anything to do need not pay.
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection):  # type: ignore[no-untyped-def]  # noqa: ANN201 - alembic's own type
    """Give alembic's settings for a connection that is already in a transaction."""
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parents[1] / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
