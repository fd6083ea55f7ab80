"""What lists of open incidents need beside the folded incident, and the people whom open incidents concern."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OPEN = {"sqlite_where": sa.text("is_over IS 0"), "postgresql_where": sa.text("is_over IS false")}


def upgrade() -> None:
    for column in (
        sa.Column("title", sa.Text(), nullable=False, server_default=""),
        sa.Column("position", sa.String(), nullable=False, server_default=""),
        sa.Column("masked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("adopted", sa.String(), nullable=True),
        sa.Column("ended_at", UtcText(), nullable=True),
    ):
        op.add_column("incident", column)
    op.create_table(
        "concerned",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("is_involved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team", "person", "incident", name=op.f("pk_concerned")),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind())
    _indexes()


def _indexes() -> None:
    op.create_index("ix_incident_open", "incident", ["team", "restricted", "position"], **_OPEN)
    op.create_index("ix_incident_service", "incident", ["team", "service", "declared_at", "incident"], **_OPEN)
    op.create_index("ix_incident_newest", "incident", ["team", "incident"], **_OPEN)
    _partial("ix_incident_masked", "incident", ["team", "position"], "masked IS 1", "masked IS true")
    _partial("ix_incident_adopted", "incident", ["team", "adopted"], "adopted IS NOT NULL")
    _partial("ix_incident_ended", "incident", ["team", "ended_at"], "ended_at IS NOT NULL")
    _partial("ix_chain_changed", "chain", ["team", "incident"], "n > checkpointed")
    op.create_index("ix_concerned_incident", "concerned", ["team", "incident"])
    op.create_index("ix_concerned_position", "concerned", ["team", "person", "position"])
    columns = ["team", "person", "position"]
    _partial("ix_concerned_restricted", "concerned", columns, "restricted IS 1", "restricted IS true")


def _partial(name: str, table: str, columns: list[str], sqlite: str, postgresql: str | None = None) -> None:
    where = {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql or sqlite)}
    op.create_index(name, table, columns, **where)


def _fill(connection: sa.Connection) -> None:
    """Fill the new columns and the table from the folded incidents, as the releases before this one stored them."""
    incident = sa.table("incident", *(sa.column(name) for name in ("team", "incident", "is_over", "folded", *_NEW)))
    set_new = (
        sa.update(incident)
        .where(incident.c.team == sa.bindparam("of_team"), incident.c.incident == sa.bindparam("of_incident"))
        .values({name: sa.bindparam(name) for name in _NEW})
    )
    columns = ("team", "person", "incident", "position", "restricted", "is_involved")
    concerned = sa.insert(sa.table("concerned", *(sa.column(name) for name in columns)))
    last: tuple[str, str] = ("", "")
    while rows := connection.execute(_after(incident, last)).all():
        for team, key, is_over, folded in rows:
            state = json.loads(folded)
            new = _columns(key, state, is_over=bool(is_over))
            connection.execute(set_new, {"of_team": team, "of_incident": key, **new})
            shared = {"team": team, "incident": key, "position": new["position"], "restricted": state["restricted"]}
            people = {} if is_over else _people(state)
            if people:
                connection.execute(concerned, [{**shared, "person": p, "is_involved": i} for p, i in people.items()])
        last = rows[-1].team, rows[-1].incident


_NEW = ("title", "position", "masked", "adopted", "ended_at")


def _after(incident: sa.TableClause, last: tuple[str, str]) -> sa.Select[Any]:
    place = sa.tuple_(incident.c.team, incident.c.incident)
    query = sa.select(incident.c.team, incident.c.incident, incident.c.is_over, incident.c.folded)
    return query.where(place > last).order_by(incident.c.team, incident.c.incident).limit(500)


def _columns(key: str, state: dict[str, Any], *, is_over: bool) -> dict[str, Any]:
    priorities = state["priorities"]
    return {
        "title": state["title"],
        "position": f"{state['drill']:d}{priorities[-1]['priority'] if priorities else 'P9'}{key}",
        "masked": bool(state.get("masks")) and not is_over,
        "adopted": state.get("adopted"),
        "ended_at": state["states"][-1]["at"] if is_over else None,
    }


def _people(state: dict[str, Any]) -> dict[str, bool]:
    """Return the people whom an open incident concerns, and whether each is involved."""
    active = {seen["who"]: False for seen in state.get("last_seen", ())}
    involved = {state["reporter"], state["service_owner"], *(action["assignee"] for action in state["actions"])}
    involved.update(state.get("members", ()) if state["places"]["private"] else ())
    involved.update(held["who"] for held in state["roles"] if held["until"] is None)
    involved.update(offer["to"] for offer in state["offers"])
    involved.update(page["person"] for page in state["escalations"] if page["answer"] != "declined")
    involved.add((state["review"] or {}).get("owner"))
    return active | {person: True for person in involved if person}
