"""People and their groups: somebody new, somebody changed, a group with other members; each with its event."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sandbox.state.entities import Person
from sandbox.state.serializers import show_person
from sandbox.state.workspace import Workspace


def arrive(ws: Workspace, person: Person) -> Person:
    """Take somebody new into the workspace."""
    ws.add_person(person)
    ws.announce({"type": "team_join", "user": show_person(ws, person), "event_ts": ws.stamps.next()})
    return person


def change(ws: Workspace, person: Person, **changes: Any) -> None:
    """Change what is known of somebody, such as title, tz, real_name or deleted."""
    unknown = set(changes) - {one.name for one in fields(person)}
    if unknown:
        raise ValueError(f"a person has no {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        setattr(person, name, value)
    ws.announce({"type": "user_change", "user": show_person(ws, person), "event_ts": ws.stamps.next()})


def set_members(ws: Workspace, group_id: str, users: Sequence[str]) -> None:
    """Give a group other members."""
    group = ws.usergroups[group_id]
    before, group.users = group.users, list(users)
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group_id,
        "team_id": ws.team_id,
        "added_users": [user for user in users if user not in before],
        "removed_users": [user for user in before if user not in users],
        "event_ts": ws.stamps.next(),
    }
    ws.announce(event)
