"""Grants on the tables in PostgreSQL: kept when the tables are created again, and extended to tables that are new.

A table that is dropped takes its grants with it, and a new one has none, so that a service role could not work any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from storage.triggers import postgresql_triggers
from storage.triggers.record_triggers import grant

# Of tables and sequences in the schema of the record, whatever their names; of PUBLIC (grantee 0) too.
_HELD: Final = text(
    "SELECT c.relname, c.relkind = 'S', CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, "
    "coalesce(r.rolname, ''), a.privilege_type, a.is_grantable "
    "FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee "
    "WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) "
    "AND c.relkind IN ('r', 'S') AND a.grantee <> c.relowner ORDER BY 1, 3, 5"
)
_EXISTING: Final = text(
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') "
    "AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
)


class Grant(NamedTuple):
    """One right of a role on a table or a sequence. `grantee` is quoted, `role` is the bare name, empty for PUBLIC."""

    relation: str
    is_sequence: bool
    grantee: str
    role: str
    right: str
    is_grantable: bool


def held_grants(connection: Connection) -> tuple[Grant, ...]:
    """Return every grant to other roles than the owner; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(Grant(*row) for row in connection.execute(_HELD))


def put_back(connection: Connection, grants: Sequence[Grant]) -> tuple[str, ...]:
    """Grant again what was held before, on the relations that exist, and return the roles that have rights again."""
    existing = set(connection.execute(_EXISTING).scalars()) if grants else set()
    for role in sorted({one.role for one in grants if (one.relation, one.right) == ("entry", "INSERT")}):
        # A role that may insert entries runs Muster: it needs the tables of this release too.
        if postgresql_triggers.is_role_name(role):
            grant(connection, role)
    for one in grants:
        if one.relation in existing:
            kind = "SEQUENCE" if one.is_sequence else "TABLE"
            option = " WITH GRANT OPTION" if one.is_grantable else ""
            connection.exec_driver_sql(f'GRANT {one.right} ON {kind} "{one.relation}" TO {one.grantee}{option}')
    return tuple(sorted({one.role for one in grants if one.role}))
