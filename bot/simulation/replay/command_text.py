"""Writes a line that names every field, for where no form opens: before an incident is declared. Plays nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from commands.core.fields.form_field import Control, form_fields
from commands.core.verb import Verb


def spelled_out(verb: type[Verb], fields: Mapping[str, JsonValue], aliases: Mapping[str, str]) -> str:
    """Write the verb and each field as `name="value"`; `aliases` name people, as the script does."""
    marks = form_fields(verb)
    people = {name for name, ask in marks.items() if ask.control is Control.PERSON}
    given = {name: _said(value, aliases) for name, value in fields.items() if name in marks and value != ""}
    return " ".join([verb.name, *(f"{name}={_quoted(said, at=name in people)}" for name, said in given.items())])


def _quoted(said: str, *, at: bool) -> str:
    word = f"@{said}" if at else said
    return f"“{word}”" if '"' in word else f'"{word}"'


def _said(value: JsonValue, aliases: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ",".join(_said(one, aliases) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return aliases.get(str(value), str(value))
