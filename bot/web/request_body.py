"""The body of a request from Slack: JSON for an event, a form for a slash command, JSON within a form for an interaction.

The kind is read from the fields of the form and never from its text: Bolt takes any form with the word "payload"
somewhere for an interaction, and loses the line that a person typed.
"""

from __future__ import annotations

import json
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

Json: TypeAlias = dict[str, Any]
_JSON: Final = "application/json"
# A form of Slack has about fifteen fields.
_MOST_FIELDS: Final = 100


def parse_body(text: str, content_type: str) -> Json | None:
    """Return a body as Bolt expects it; None when it cannot be parsed or is no object."""
    try:
        if content_type.partition(";")[0].strip().lower() == _JSON or text.lstrip().startswith("{"):
            found = json.loads(text) if text else {}
        else:
            form: Json = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
            is_interaction = "payload" in form and "command" not in form
            found = json.loads(form["payload"]) if is_interaction else form
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
