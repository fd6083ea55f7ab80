"""What fields of several verbs share: a role as people type it, a name without markup, one word for a list of one.

Knows no label and no rule.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from roles.role_names import Role, read_role


def several(value: object) -> object:
    """Take one word for a list of one."""
    return (value,) if isinstance(value, str) else value


def _role(value: object) -> object:
    role = read_role(value) if isinstance(value, str) else None
    return role or value


RoleWord = Annotated[Role, BeforeValidator(_role)]

# A name that stands in our own sentences as it is: an id, a criterion. Nothing in it can ping or format.
Slug = Annotated[str, StringConstraints(pattern=r"^[\w./ -]{1,60}$")]

IncidentType = Literal["it", "security", "third_party", "request"]
INCIDENT_TYPES: Final = (
    ("it", "IT"),
    ("security", "Security"),
    ("third_party", "Third party"),
    ("request", "Request"),
)

# Impact and urgency: 1 is high, 3 is low.
Level = Annotated[int, Field(ge=1, le=3)]
