"""The story of the demo: its people, and their actions in minutes from its start."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from bot.plain_yaml import load_yaml

STORY: Final = Path(__file__).with_name("story.yaml")


class Character(BaseModel):
    """A person in the story."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    tz: str = "Europe/London"


class Form(BaseModel):
    """A form that is opened by its verb, filled in and submitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: str
    fields: dict[str, Any]


class Beat(BaseModel):
    """One action of a person: a message, command, form, button, reaction or edit."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    at: float
    by: str
    place: str | None = Field(None, alias="in")
    say: str | None = None
    do: str | None = None
    form: Form | None = None
    press: str | None = None
    react: str | None = None
    to: str | None = None
    edit: str | None = None
    label: str | None = None


class Story(BaseModel):
    """The whole story."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    people: dict[str, Character]
    owners: dict[str, str]
    audiences: dict[str, str]
    on_call: tuple[str, ...]
    ladder: tuple[str, ...]
    beats: tuple[Beat, ...]

    @property
    def minutes(self) -> float:
        """The story's length in minutes."""
        return self.beats[-1].at


def read_story() -> Story:
    """Read the story that ships with Muster."""
    return Story.model_validate(load_yaml(STORY.read_text(encoding="utf-8")))
