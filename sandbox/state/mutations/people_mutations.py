"""Changes of people and user groups, each with its event."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sandbox.state.entities import Person
from sandbox.state.serializers import serialize_person
from sandbox.state.workspace import Workspace


def join_team(ws: Workspace, person: Person) -> Person:
    """Add a person to the workspace."""
    ws.add_person(person)
    ws.publish_event({"type": "team_join", "user": serialize_person(ws, person), "event_ts": ws.timestamps.next()})
    return person


def update_person(ws: Workspace, person: Person, **changes: Any) -> None:
    """Change fields of a person, such as title, tz, real_name or deleted. ValueError for an unknown field."""
    unknown_fields = set(changes) - {one.name for one in fields(person)}
    if unknown_fields:
        raise ValueError(f"a person has no {', '.join(sorted(unknown_fields))}")
    for name, value in changes.items():
        setattr(person, name, value)
    ws.publish_event({"type": "user_change", "user": serialize_person(ws, person), "event_ts": ws.timestamps.next()})


def set_usergroup_members(ws: Workspace, group_id: str, users: Sequence[str]) -> None:
    """Replace a user group's members."""
    group = ws.usergroups[group_id]
    before, group.users = group.users, list(users)
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group_id,
        "team_id": ws.team_id,
        "added_users": [user for user in users if user not in before],
        "removed_users": [user for user in before if user not in users],
        "event_ts": ws.timestamps.next(),
    }
    ws.publish_event(event)
