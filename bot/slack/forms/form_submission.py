"""The fields of a submitted form. Knows the state of a view; checks no value."""

from __future__ import annotations

from pydantic import JsonValue

from bot.slack.forms.form_controls import read_state
from bot.slack.forms.modal import fields_shown
from bot.slack.payload import Json
from commands.core.verb import Verb
from incident.policy import Policy


def submitted_fields(verb: type[Verb], view: Json, policy: Policy, team: str) -> dict[str, JsonValue]:
    """Return the fields that were filled in."""
    states: dict[str, Json] = view.get("state", {}).get("values", {})
    fields: dict[str, JsonValue] = {}
    for field in fields_shown(verb, policy):
        state = states.get(field.name, {}).get(field.name)
        value = None if state is None else read_state(field, state, team)
        if value is not None:
            fields[field.name] = value
    return fields


def input_ids(view: Json) -> frozenset[str]:
    """Return the block ids of a form's inputs; only they can show a refusal of their own."""
    return frozenset(block["block_id"] for block in view.get("blocks", ()) if block["type"] == "input")
