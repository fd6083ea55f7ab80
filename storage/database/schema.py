"""Schema migration under a lock. A database at an unknown revision is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from storage.database.postgresql import retry_aborted
from storage.database.role_grants import held_grants, put_back
from storage.database.sqlite import begin_writing
from storage.errors import UnknownSchema
from storage.tables import ENTRY
from storage.triggers import record_triggers

HEAD: Final = "0019"
KNOWN: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
)
_LOCK: Final = 7_236_019
# Another replica may be upgrading for longer than a transaction waits for a row.
_WAIT: Final = text("SET LOCAL lock_timeout = 0")
_VERSIONS: Final = "alembic_version"


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables, and check that the triggers fire. Replicas that start together take turns.

    Older processes go on writing while the tables change; where the two lock each other out, the migration tries again.
    """
    retry_aborted(lambda: _migrate(engine))


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection, begin_writing(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(_WAIT)
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if current(connection) != HEAD:
            grants = held_grants(connection)
            upgrade(connection)
            put_back(connection, grants)
        record_triggers.check_triggers(connection)


def reinstall_triggers(engine: Engine) -> None:
    """Install the triggers of an existing database again, upgraded first if need be, and check that they fire."""
    with engine.connect() as connection, begin_writing(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(_WAIT)
        if current(connection) not in (None, HEAD):
            upgrade(connection)
        check_schema(connection)
        record_triggers.install(connection)
        record_triggers.check_triggers(connection)


def current(connection: Connection) -> str | None:
    """Return the revision of the database, None for an empty one; raise `UnknownSchema` for any other."""
    tables = set(inspect(connection).get_table_names())
    if _VERSIONS not in tables:
        if ENTRY.name in tables:
            raise UnknownSchema(
                "this database has a table called entry that Muster did not create; name another database"
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
    """Raise `UnknownSchema` unless the database is at exactly the revision of this release."""
    found = current(connection)
    if found != HEAD:
        raise UnknownSchema(f"this database is at revision {found or 'none'}, {HEAD} is needed; run: muster migrate")


def upgrade(connection: Connection) -> None:
    """Run the pending migrations in the transaction of the connection."""
    # Importing alembic takes a quarter of a second; a start without pending migrations skips it.
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection):  # type: ignore[no-untyped-def]  # noqa: ANN201 - alembic's own type
    """Return alembic's configuration for a connection that is already in a transaction."""
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parents[1] / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
