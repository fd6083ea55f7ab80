"""Fills an open form with the fields of an intent, in the simple values that a person's hands put into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import JsonValue

from bot.slack.payload import Json
from roles.person_ids import PersonId, slack_user


def form_values(view: Json, fields: dict[str, JsonValue]) -> dict[str, Any]:
    """Give the value for each input of a form; LookupError when the form does not ask for a field that is meant."""
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    strange = sorted(set(fields) - set(inputs))
    if strange:
        raise LookupError(f"the form {view['callback_id']} does not ask for {', '.join(strange)}")
    return {name: _value(inputs[name], value) for name, value in fields.items()}


def _value(element: Json, value: JsonValue) -> Any:
    kind = element["type"]
    if kind == "users_select":
        return slack_user(PersonId(str(value))) or value
    if kind == "datetimepicker":
        return int(datetime.fromisoformat(str(value)).timestamp())
    if kind in ("checkboxes", "multi_static_select"):
        given = value if isinstance(value, list) else [value]
        return [element["options"][0]["value"]] if value is True else [str(one) for one in given]
    return str(value)
