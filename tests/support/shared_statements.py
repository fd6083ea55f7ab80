"""Statements compiled once in a process of tests. SQLAlchemy compiles each once for every engine; a test opens its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_CAPACITY = 2_000


class SharedStatements(LRUCache[Any, Any]):
    """A cache for the engines of all stores, which configure the dialect of a database alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_of_any_engine(key), compiled)


def _of_any_engine(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (type(dialect), *statement)


STATEMENTS = SharedStatements(_CAPACITY)


def share_statements() -> None:
    """Let every engine look up its statements in one cache."""

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=STATEMENTS)

    event.listen(Engine, "engine_connect", share)
