"""A submitted form as the draft of a verb's fields, to the letter. Knows Slack's state; judges nothing."""

from __future__ import annotations

from pydantic import JsonValue

from bot.slack.forms.form_controls import read_state
from bot.slack.forms.modal import fields_shown
from bot.slack.payload import Json
from commands.core.verb import Verb
from incident.policy import Policy


def submitted_fields(verb: type[Verb], view: Json, policy: Policy, team: str) -> dict[str, JsonValue]:
    """Read every field that was filled in; what was left empty is left out."""
    states: dict[str, Json] = view.get("state", {}).get("values", {})
    found: dict[str, JsonValue] = {}
    for field in fields_shown(verb, policy):
        state = states.get(field.name, {}).get(field.name)
        value = None if state is None else read_state(field, state, team)
        if value is not None:
            found[field.name] = value
    return found


def input_ids(view: Json) -> frozenset[str]:
    """Name the inputs a form has; only they can carry a refusal of their own."""
    return frozenset(block["block_id"] for block in view.get("blocks", ()) if block["type"] == "input")
