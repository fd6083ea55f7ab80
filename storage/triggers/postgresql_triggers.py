"""The triggers of the record for PostgreSQL, and the grants of a service role that does not own the tables.

Each function names its tables with their schema and fixes its search path, so that a temporary table or a schema of the
same name, which a session may create, is never read in place of the record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlmodel import SQLModel

# A placeholder for the schema of the tables, which is known when the statements are built.
_SCHEMA: Final = "@schema"
_ENTRY: Final = f"{_SCHEMA}.entry"
_LAST: Final = f"FROM {_ENTRY} WHERE team = NEW.team AND incident = NEW.incident ORDER BY n DESC LIMIT 1"
_NO_HASH: Final = "0" * 64

# The column finds the tombstone, the hashed text decides. The workspace chain, which holds tombstones, has none itself.
_HAS_TOMBSTONE: Final = (
    f"EXISTS (SELECT 1 FROM {_ENTRY} AS tomb WHERE tomb.team = OLD.team AND tomb.incident = 'workspace' "  # noqa: S608 - constants only
    "AND tomb.channel = OLD.incident AND tomb.kind = 'retired' AND OLD.incident <> 'workspace' "
    "AND tomb.text::jsonb -> 'facts' ->> 'incident' = OLD.incident "
    "AND (tomb.text::jsonb -> 'facts' ->> 'entries')::int >= OLD.n)"
)

# Trigger name: table, event, condition under which the statement is refused, message. The names are stored.
_RULES: Final = {
    "guard_entry_update": ("entry", "UPDATE", "true", "an entry never changes"),
    "guard_entry_delete": (
        "entry",
        "DELETE",
        f"NOT {_HAS_TOMBSTONE}",
        "an entry is never deleted, but where a tombstone names its incident",
    ),
    "guard_entry_number": (
        "entry",
        "INSERT",
        f"NEW.n <> coalesce((SELECT n {_LAST}), 0) + 1",
        "an entry takes the next number of its chain",
    ),
    "guard_entry_prev": (
        "entry",
        "INSERT",
        f"NEW.prev <> coalesce((SELECT hash {_LAST}), '{_NO_HASH}')",
        "an entry continues the last hash of its chain",
    ),
    "guard_entry_time": (
        "entry",
        "INSERT",
        f"NEW.recorded_at COLLATE \"C\" < coalesce((SELECT recorded_at {_LAST}), '')",
        "time does not run backwards within a chain",
    ),
    "guard_body_update": ("body", "UPDATE", "true", "words never change"),
    "guard_body_insert": (
        "body",
        "INSERT",
        f"NEW.n <> coalesce((SELECT n {_LAST}), 0)",
        "words come with their entry or not at all",
    ),
    "guard_body_delete": (
        "body",
        "DELETE",
        f"NOT EXISTS (SELECT 1 FROM {_ENTRY} WHERE team = OLD.team AND incident = OLD.incident AND kind = 'redacted' "  # noqa: S608 - constants only
        f"AND n > OLD.n AND (text::jsonb -> 'facts' -> 'entries') @> to_jsonb(OLD.n)) AND NOT {_HAS_TOMBSTONE}",
        "words go only where a redaction names their entry or a tombstone their incident",
    ),
}
TRUNCATES: Final = {"guard_entry_truncate": "entry", "guard_body_truncate": "body"}


def _body(condition: str, message: str, returns: str) -> str:
    return f" BEGIN IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {returns}; END "


def _bodies() -> dict[str, str]:
    rows = {
        name: _body(condition, message, "OLD" if event == "DELETE" else "NEW")
        for name, (_, event, condition, message) in _RULES.items()
    }
    return rows | {name: _body("true", "the record is never emptied", "NULL") for name in TRUNCATES}


_BODIES: Final = _bodies()
SEARCH_PATH: Final = "search_path=pg_catalog, pg_temp"


def _function(name: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {_SCHEMA}.{name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = pg_catalog, pg_temp AS $${_BODIES[name]}$$"
    )


def _trigger(name: str, table: str, event: str, each: str) -> list[str]:
    return [
        _function(name),
        f"DROP TRIGGER IF EXISTS {name} ON {_SCHEMA}.{table}",
        f"CREATE TRIGGER {name} BEFORE {event} ON {_SCHEMA}.{table} FOR EACH {each} "
        f"EXECUTE FUNCTION {_SCHEMA}.{name}()",
        f"ALTER TABLE {_SCHEMA}.{table} ENABLE ALWAYS TRIGGER {name}",
    ]


def bodies(schema: str) -> dict[str, str]:
    """Return the source of the function of each trigger, as PostgreSQL stores it."""
    return {name: _in_schema(body, schema) for name, body in _BODIES.items()}


def _in_schema(statement: str, schema: str) -> str:
    return statement.replace(_SCHEMA, f'"{schema}"')


def statements(schema: str) -> Sequence[str]:
    """Return the statements that install the triggers on the tables of a schema."""
    rows = [s for name, (table, event, *_) in _RULES.items() for s in _trigger(name, table, event, "ROW")]
    whole = [s for name, table in TRUNCATES.items() for s in _trigger(name, table, "TRUNCATE", "STATEMENT")]
    return [_in_schema(statement, schema) for statement in (*rows, *whole)]


def is_role_name(role: str) -> bool:
    """True for a name that needs no quotes in SQL; a service role has no other."""
    return re.fullmatch(r"[a-z_][a-z0-9_]*", role) is not None


def grants(role: str) -> Sequence[str]:
    """Return the grants for a role that runs Muster without owning the tables, so that it cannot drop a trigger.

    The owner runs `muster migrate`; the service logs in as this role. Raises ValueError for a name with other characters
    than lower-case letters, digits and underscores.
    """
    if not is_role_name(role):
        raise ValueError("a role name is lower-case letters, digits and underscores")
    others = sorted(set(SQLModel.metadata.tables) - {"entry", "body"})
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        # Everybody may create temporary tables, and on an old server tables in public, unless it is revoked.
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
        "DO $$ BEGIN EXECUTE 'REVOKE TEMPORARY, CREATE ON DATABASE ' || quote_ident(current_database()) || "
        f"' FROM PUBLIC, {role}'; END $$",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, DELETE ON entry TO {role}",
        f"GRANT SELECT, INSERT, DELETE ON body TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(others)} TO {role}",
        f"GRANT SELECT ON alembic_version TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
