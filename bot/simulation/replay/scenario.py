"""The scenario file: who did what and when, and the expected record. Plays nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.config.validation_words import in_plain_words, place_of
from bot.config.yaml_positions import UnreadableYaml, read_document


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


UtcDatetime = Annotated[datetime, AfterValidator(_utc)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class ScriptService(_Model):
    """A service of the scenario's catalogue, exactly as `org` gives it."""

    customer_facing: bool = False
    owner: str | None = None


class Org(_Model):
    """The scenario's organisation."""

    regimes: tuple[str, ...] = ()
    services: dict[str, ScriptService]


class Actor(_Model):
    """A person who acts in the scenario."""

    title: str = ""
    groups: tuple[str, ...] = ()


class Expectation(_Model):
    """The expected result of a command."""

    result: str
    code: str | None = None


class ScriptEvent(_Model):
    """One event."""

    id: str
    at: UtcDatetime
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


class Check(_Model):
    """One hand-written assertion on the record."""

    path: str | None = None
    equals: Any = None
    timeline_has: dict[str, str] | None = None


class Scenario(_Model):
    """A whole scenario."""

    id: str
    title: str
    org: Org
    people: dict[str, Actor]
    as_of: UtcDatetime | None = None
    role_probes: tuple[UtcDatetime, ...] = ()
    events: Annotated[tuple[ScriptEvent, ...], Field(min_length=1)]
    checks: tuple[Check, ...] = ()
    expected: dict[str, Any] = Field(default_factory=dict)

    @property
    def read_at(self) -> datetime:
        """The time at which the record is read: `as_of`, or the last event."""
        return self.as_of or self.events[-1].at


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from YAML. ValueError, with every fault and its line, when the file is invalid."""
    try:
        document = read_document(path.read_text(encoding="utf-8"))
    except UnreadableYaml as unreadable:
        raise ValueError(str(unreadable)) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no text in UTF-8: byte {error.start} cannot be read") from None
    if not isinstance(document.value, dict):
        raise ValueError("it is no incident script: it holds no mapping")
    try:
        return Scenario.model_validate(document.value)
    except ValidationError as invalid:
        found = (document.error_at(place_of(one), in_plain_words(one, Scenario)) for one in invalid.errors())
        raise ValueError("\n  ".join(str(one) for one in found)) from None
