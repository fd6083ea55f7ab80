"""Column types with the same stored form on both databases. Knows how times are stored; nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, Dialect, Integer, String, TypeDecorator

from incident.frozen import utc_text

# SQLite autoincrements only a column of type INTEGER.
BigId: Final = BigInteger().with_variant(Integer, "sqlite")


class UtcText(TypeDecorator[datetime]):
    """A time as UTC text with microseconds, which sorts chronologically on both databases and keeps its zone on SQLite."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the stored text; raise ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the stored time as aware UTC."""
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)
