"""Rows of folded aggregates: saved in the transaction of their entries, folded again when the model has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic

from sqlalchemy import Connection, Table, bindparam, select

from incident.aggregate import AnyAggregate, Foldable
from incident.entry import IncidentKey
from incident.record.hash_chain import canonical, digest
from storage.database.upsert import insert_for
from storage.record.entry_rows import rows_of_chain, to_entry
from storage.record.projections.projection_cache import ProjectionCache

_KEY = ("team", "incident")


class AggregateRows(Generic[AnyAggregate]):
    """The rows of one kind of aggregate in their table; `lookup` returns the columns beside the folded state."""

    def __init__(
        self, of: Foldable[AnyAggregate], table: Table, lookup: Callable[[AnyAggregate], dict[str, Any]]
    ) -> None:
        self.of = of
        self.table = table
        self._lookup = lookup
        self.cache: ProjectionCache[AnyAggregate] = ProjectionCache(of.model.model_validate_json)
        ours = (table.c.team == bindparam("of_team")) & (table.c.incident == bindparam("of_incident"))
        self._folded = select(table.c.folded, table.c.shape).where(ours)
        self._upserts: dict[str, Any] = {}

    @cached_property
    def shape(self) -> str:
        """A digest of the model, by which a row of another release is recognised and folded again."""
        return digest(canonical(self.of.model.model_json_schema()))[:16]

    def save(self, connection: Connection, state: AnyAggregate) -> None:
        """Save a folded state in its row."""
        row = self.columns(state)
        connection.execute(self._upsert(connection.dialect.name), row)
        self.cache.put(state.key, row["folded"], state)

    def columns(self, state: AnyAggregate) -> dict[str, Any]:
        """Return the row of a folded state."""
        key = {"team": state.key.team, "incident": state.key.id, "n": state.n}
        return {**key, **self._lookup(state), "shape": self.shape, "folded": state.model_dump_json()}

    def load(self, connection: Connection, key: IncidentKey) -> AnyAggregate | None:
        """Return the folded state; a row of another release is folded again from its entries."""
        found = connection.execute(self._folded, {"of_team": key.team, "of_incident": key.id}).one_or_none()
        return None if found is None else self.parse(connection, key, found.folded, found.shape)

    def parse(self, connection: Connection, key: IncidentKey, folded: str, written_as: str) -> AnyAggregate | None:
        """Parse a folded state from its row when this release wrote it, otherwise fold it from its entries."""
        return self.cache.parse(key, folded) if written_as == self.shape else self.refold(connection, key)

    def refold(self, connection: Connection, key: IncidentKey) -> AnyAggregate | None:
        """Fold a chain again from its entries; None where none of them is folded."""
        entries = [to_entry(row) for row in rows_of_chain(connection, key, kinds=self.of.kinds)]
        return self.of.fold(entries) if entries else None

    def _upsert(self, dialect: str) -> Any:
        # Built once: it runs for every command, and building it costs more than running it.
        if dialect not in self._upserts:
            row = insert_for(dialect)(self.table)
            changed = {column.name: row.excluded[column.name] for column in self.table.c if column.name not in _KEY}
            self._upserts[dialect] = row.on_conflict_do_update(index_elements=_KEY, set_=changed)
        return self._upserts[dialect]
