"""Translates a scenario's intents into verbs and fields. Knows the names of both, and no Slack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import JsonValue

from bot.simulation.replay.scenario import UtcDatetime
from commands.core import verb_registry
from commands.core.fields.form_field import Control, field_of
from commands.core.verb import Verb
from incident.frozen import utc_text

_VERBS: Final = {
    "declare_major": "major",
    "set_priority": "priority",
    "set_category": "category",
    "set_time": "time",
    "action_done": "done",
    "tempfix_set": "tempfix",
    "tempfix_removed": "tempfix",
    "amend_resolution": "resolve",
    "link_none": "link",
    "unhold": "hold",
    "third_party_case": "vendor",
    "third_party_update": "vendor",
    "pir": "review",
    "inject": "drill",
    "end_drill": "drill",
}
_FIXED: Final[dict[str, dict[str, JsonValue]]] = {
    "tempfix": {"form": "add"},
    "tempfix_set": {"form": "set"},
    "tempfix_removed": {"form": "removed"},
    "amend_resolution": {"how": "amend"},
    "link_none": {"kind": "none"},
    "unhold": {"release": True},
    "third_party_case": {"form": "case"},
    "third_party_update": {"form": "update"},
    "inject": {"what": "inject"},
    "end_drill": {"what": "end"},
}
_RENAMED: Final = {("void", "as"): "as_", ("end_drill", "summary"): "text"}
_SEPARATE: Final = frozenset({"name", "occurred_at"})

Fields = dict[str, JsonValue]


def verb_of(intent: str) -> type[Verb]:
    """Return an intent's verb. LookupError when there is none."""
    verb = verb_registry.find(_VERBS.get(intent, intent))
    if verb is None:
        raise LookupError(f"no verb does what the intent {intent!r} means")
    return verb


def fields_of(intent: dict[str, Any], person: Callable[[str], str | None], message: Callable[[str], str]) -> Fields:
    """Return the verb's fields for an intent. `person` maps aliases to ids, `message` maps event ids to permalinks."""
    verb, name = verb_of(intent["name"]), intent["name"]
    fields: Fields = dict(_FIXED.get(name, {}))
    for key, value in intent.items():
        if key in _SEPARATE or value is None:
            continue
        field = _RENAMED.get((name, key), key)
        if field == "to" and name == "escalate" and person(str(value)):
            field = "who"
        if field == "reporter" and not person(str(value)):
            field = "outside_reporter"
        fields[field] = _value(verb, field, value, person, message)
    return fields


def _value(
    verb: type[Verb], field: str, value: Any, person: Callable[[str], str | None], message: Callable[[str], str]
) -> JsonValue:
    info = verb.model_fields.get(field)
    if info is None:
        raise LookupError(f"the verb {verb.name} has no field {field!r}")
    control = field_of(info).control
    if control is Control.PERSON:
        return person(str(value)) or str(value)
    if control is Control.MOMENT:
        return utc_text(utc_datetime(value))
    if control in (Control.AUDIENCES, Control.CHOICES, Control.SERVICES):
        return list(value) if isinstance(value, list) else [value]
    if field == "ref" and verb.name == "redact":
        return message(str(value))
    return value if isinstance(value, bool | int) else str(value)


def utc_datetime(value: Any) -> datetime:
    """Return a scenario's time in UTC; YAML may have parsed it."""
    at: UtcDatetime = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
