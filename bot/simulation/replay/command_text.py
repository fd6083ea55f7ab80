"""Writes a command that names every field, for verbs without a form before an incident is declared. Plays nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from commands.core.fields.form_field import Control, form_fields
from commands.core.verb import Verb


def explicit_command(verb: type[Verb], fields: Mapping[str, JsonValue], aliases: Mapping[str, str]) -> str:
    """Return the verb with each field as `name="value"`. `aliases` are the scenario's names of people."""
    form = form_fields(verb)
    people = {name for name, form_field in form.items() if form_field.control is Control.PERSON}
    texts = {name: _text(value, aliases) for name, value in fields.items() if name in form and value != ""}
    return " ".join([verb.name, *(f"{name}={_quoted(text, at=name in people)}" for name, text in texts.items())])


def _quoted(text: str, *, at: bool) -> str:
    mention = f"@{text}" if at else text
    return f"“{mention}”" if '"' in mention else f'"{mention}"'


def _text(value: JsonValue, aliases: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ",".join(_text(one, aliases) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return aliases.get(str(value), str(value))
