"""Reads an incident script: who did what and when, and the record it must produce. Plays nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class ScriptService(_Part):
    """A service of the script's catalogue: exactly what `org` gives, nothing more."""

    customer_facing: bool = False
    owner: str | None = None


class Org(_Part):
    """The organisation the script plays in."""

    regimes: tuple[str, ...] = ()
    services: dict[str, ScriptService]


class Actor(_Part):
    """Somebody who acts in the script."""

    title: str = ""
    groups: tuple[str, ...] = ()


class Expectation(_Part):
    """What a command is expected to come to."""

    result: str
    code: str | None = None


class ScriptEvent(_Part):
    """One thing that happens."""

    id: str
    at: Moment
    kind: Literal[
        "message",
        "edit",
        "delete",
        "reaction",
        "join",
        "leave",
        "alert",
        "external",
        "command",
        "outage_start",
        "outage_end",
    ]
    by: str | None = None
    ref: str | None = None
    text: str = ""
    name: str | None = None
    intent: dict[str, Any] = Field(default_factory=dict)
    expect: Expectation | None = None


class Check(_Part):
    """One hand-written assertion on the record."""

    path: str | None = None
    equals: Any = None
    timeline_has: dict[str, str] | None = None


class Scenario(_Part):
    """A whole script."""

    id: str
    title: str
    org: Org
    people: dict[str, Actor]
    as_of: Moment | None = None
    role_probes: tuple[Moment, ...] = ()
    events: Annotated[tuple[ScriptEvent, ...], Field(min_length=1)]
    checks: tuple[Check, ...] = ()
    expected: dict[str, Any] = Field(default_factory=dict)

    @property
    def read_at(self) -> datetime:
        """The moment at which the record is read: `as_of`, or the last event."""
        return self.as_of or self.events[-1].at


def read_scenario(path: Path) -> Scenario:
    """Read a script from YAML; a file that is none raises ValueError with what is wrong in it."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as unreadable:
        raise ValueError(f"it cannot be read: {unreadable}") from None
    if not isinstance(loaded, dict):
        raise ValueError("it is no incident script: it holds no mapping")
    return Scenario.model_validate(loaded)
