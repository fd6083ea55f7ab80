"""INSERT … ON CONFLICT for both databases. Knows dialects; knows no table."""

from __future__ import annotations

from typing import Any


def insert_for(dialect: str) -> Any:
    """Return the dialect's INSERT construct, which supports ON CONFLICT. Only the dialect in use is imported."""
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert
    from sqlalchemy.dialects import postgresql

    return postgresql.insert
