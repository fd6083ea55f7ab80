"""Form input: the simple values that fill an open form with an intent's fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import JsonValue

from bot.slack.payload import Json
from roles.person_ids import PersonId, slack_user


def form_values(view: Json, fields: dict[str, JsonValue]) -> dict[str, Any]:
    """Return the value of each input. LookupError when the form has no input for a field or no such choice."""
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    unknown = sorted(set(fields) - set(inputs))
    if unknown:
        raise LookupError(f"the form {view['callback_id']} does not ask for {', '.join(unknown)}")
    return {name: _value(inputs[name], value) for name, value in fields.items()}


def _value(element: Json, value: JsonValue) -> Any:
    kind = element["type"]
    if kind == "users_select":
        user = slack_user(PersonId(str(value)))
        if user is None:
            raise LookupError(f"{value} has no account in Slack")
        return user
    if kind == "datetimepicker":
        return int(datetime.fromisoformat(str(value)).timestamp())
    if kind in ("checkboxes", "multi_static_select"):
        values = value if isinstance(value, list) else [value]
        return [element["options"][0]["value"]] if value is True else [str(one) for one in values]
    return str(value)
