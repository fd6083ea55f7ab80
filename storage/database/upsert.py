"""INSERT … ON CONFLICT for both databases. Knows dialects; knows no table."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite


def insert_for(dialect: str) -> Any:
    """Return the dialect's INSERT construct, which supports ON CONFLICT."""
    return sqlite.insert if dialect == "sqlite" else postgresql.insert
