"""Column types that both databases keep alike. Knows how a moment is stored; nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, Dialect, Integer, String, TypeDecorator

from incident.frozen import utc_text

# SQLite numbers rows by itself only in a column called INTEGER.
BigId: Final = BigInteger().with_variant(Integer, "sqlite")


class UtcText(TypeDecorator[datetime]):
    """A moment as microsecond UTC text, which sorts as time on every database and keeps its zone on SQLite."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write an aware moment; a naive one is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read a moment back as aware UTC."""
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)
