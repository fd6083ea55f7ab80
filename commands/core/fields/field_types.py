"""Types of fields that several verbs share: a role as people type it, a name without markup, a list that takes one word.

Knows no label and no rule.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from roles.role_names import Role, read_role


def several(value: object) -> object:
    """Turn one word into a list of one."""
    return (value,) if isinstance(value, str) else value


def _role(value: object) -> object:
    role = read_role(value) if isinstance(value, str) else None
    return role or value


RoleWord = Annotated[Role, BeforeValidator(_role)]

# An id or a criterion that our sentences quote as it is: nothing in it can ping or format.
Slug = Annotated[str, StringConstraints(pattern=r"^[\w./ -]{1,60}$")]

# What people call the audiences of status updates; the slugs are stored.
AUDIENCE_WORDS: Final = (
    ("responder", "internal"),
    ("responders", "internal"),
    ("team", "internal"),
    ("the team", "internal"),
    ("execs", "exec"),
    ("executive", "exec"),
    ("executives", "exec"),
    ("leadership", "exec"),
    ("management", "exec"),
    ("managers", "exec"),
    ("customers", "customer"),
    ("client", "customer"),
    ("clients", "customer"),
    ("users", "customer"),
    ("public", "customer"),
    ("regulators", "regulator"),
    ("the regulator", "regulator"),
)

IncidentType = Literal["it", "security", "third_party", "request"]
INCIDENT_TYPES: Final = (
    ("it", "IT"),
    ("security", "Security"),
    ("third_party", "Third party"),
    ("request", "Request"),
)

# Impact and urgency: 1 is high, 3 is low.
Level = Annotated[int, Field(ge=1, le=3)]
