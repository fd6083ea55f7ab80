"""The table of the organisation's projection; it can be rebuilt from the workspace chain."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlmodel import Field, SQLModel

from storage.tables import table_of, text


class OrganisationRow(SQLModel, table=True):
    """The organisation folded up to `n`, the last entry of the workspace chain that changed it. There is none before the first."""

    __tablename__: ClassVar[Any] = "organisation"

    team: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    n: int
    shape: str
    folded: str = text()


ORGANISATION: Final = table_of(OrganisationRow)
