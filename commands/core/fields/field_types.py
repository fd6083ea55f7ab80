"""Types of fields that several verbs share: a role as people type it, a name without markup, a list that takes one word.

Knows no label and no rule.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from incident.states import EVERY_AUDIENCE, Audience
from roles.role_names import Role, read_role


def several(value: object) -> object:
    """Turn one word into a list of one."""
    return (value,) if isinstance(value, str) else value


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
    ("board", "exec"),
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
# What people call every audience that is owed updates, where an update may name several.
AUDIENCES_WORDS: Final = (
    *AUDIENCE_WORDS,
    ("everyone", EVERY_AUDIENCE),
    ("everybody", EVERY_AUDIENCE),
    ("all audiences", EVERY_AUDIENCE),
    ("everyone who is owed updates", EVERY_AUDIENCE),
)


def read_audience(word: str) -> str | None:
    """Return the slug of the audience that a word names (`customers`, `the regulator`, `everyone`), or None."""
    named = word.strip().rstrip(",").lower().replace("_", " ").replace("-", " ")
    return named if named in (*Audience, EVERY_AUDIENCE) else dict(AUDIENCES_WORDS).get(named)


def _audience(value: object) -> object:
    return (read_audience(value) or value) if isinstance(value, str) else value


def _audiences(value: object) -> object:
    named = several(value)
    return tuple(_audience(one) for one in named) if isinstance(named, list | tuple) else named


AudienceWord = Annotated[Audience, BeforeValidator(_audience)]
# The audiences of one update, or `all`.
AudienceWords = Annotated[tuple[Audience | Literal["all"], ...], BeforeValidator(_audiences)]
# A form takes the words of audiences from templates/words.yaml.
AUDIENCE_CHOICES: Final = tuple((one.value, "") for one in Audience)
AUDIENCES_CHOICES: Final = (*AUDIENCE_CHOICES, (EVERY_AUDIENCE, ""))


def _role(value: object) -> object:
    role = read_role(value) if isinstance(value, str) else None
    return role or value


RoleWord = Annotated[Role, BeforeValidator(_role)]

# An id or a criterion that our sentences quote as it is: nothing in it can ping or format.
Slug = Annotated[str, StringConstraints(pattern=r"^[\w./ -]{1,60}$")]

IncidentType = Literal["it", "security", "data", "physical", "third_party", "request", "event"]
INCIDENT_TYPES: Final = (
    ("it", "IT"),
    ("security", "Security"),
    ("data", "Data: lost, wrong or disclosed"),
    ("physical", "Physical: a building, a device"),
    ("third_party", "Third party"),
    ("request", "Request"),
    ("event", "Event: seen, no harm yet"),
)

# Impact and urgency: 1 is high, 3 is low.
Level = Annotated[int, Field(ge=1, le=3)]
