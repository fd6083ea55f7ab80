"""The controls of form fields as Block Kit elements: each draws an element with its value and reads the element's state.

Knows Block Kit's elements; knows no verb and no rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue

from bot.rendering.message_catalog import label
from bot.rendering.user_text import from_form, to_form
from bot.slack.blocks.clipper import LIMITS
from bot.slack.forms.select_options import Field, choices_of, option
from bot.slack.payload import Json
from commands.core.fields.form_field import Control
from roles.person_ids import PersonId, slack_person, slack_user

YES: Final = "yes"
# Longer numbers are no entry and no length of time; the field's type refuses them as text.
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
LONGEST: Final = LIMITS["plain_text_input.length"]


@dataclass(frozen=True)
class FormControl:
    """How a field is drawn as an element with its value, and how the element's state is read."""

    draw: Callable[[Field, JsonValue], Json]
    read: Callable[[Json, str], JsonValue]


def draw_element(field: Field, value: JsonValue) -> Json:
    """Return the element of a field; a field without choices to choose from is typed."""
    return _control(field).draw(field, value) | {"action_id": field.name}


def read_state(field: Field, state: Json, team: str) -> JsonValue:
    """Return a field's value from its element's state; None if it is empty."""
    if state.get("type") == "plain_text_input":
        return _read_text(state, team)
    if field.form_field.control is Control.WORD:
        return _read_one(state, team)
    if field.form_field.control is Control.ENTRY and state.get("type") == "static_select":
        return _read_level(state, team)
    return _control(field).read(state, team)


def longest_text(fields: Mapping[str, JsonValue]) -> int:
    """Return how many characters the longest text among these fields has in a form, which takes `LONGEST`."""
    return max((len(to_form(value)) for value in fields.values() if isinstance(value, str)), default=0)


def _control(field: Field) -> FormControl:
    control = field.form_field.control
    count = len(choices_of(field))
    if control in (Control.WORD, Control.ENTRY) and 0 < count <= LIMITS["options.count"]:
        return _CONTROLS[Control.SERVICE]
    if control is Control.SERVICES:
        return _SEVERAL_SEARCHED if count > LIMITS["options.count"] else _CONTROLS[Control.CHOICES]
    if control in _FROM_OPTIONS and not count:
        return _CONTROLS[Control.LINE]
    if control in _FROM_OPTIONS and count > LIMITS["options.count"]:
        return _SEARCHED
    if control in (Control.CHOICE, Control.LEVEL) and count > LIMITS["radio_buttons.options"]:
        return _CONTROLS[Control.SERVICE]
    return _CONTROLS[control]


def _text(field: Field, value: JsonValue, *, multiline: bool) -> Json:
    """Return a text input. A value that is longer than the field allows stays whole, so that it can be shortened."""
    shown = (to_form(value) if isinstance(value, str) else "" if value is None else str(value))[:LONGEST]
    longest = min(max(field.form_field.max_length, len(shown)), LONGEST)
    drawn: Json = {"type": "plain_text_input", "multiline": multiline, "max_length": longest}
    return drawn | ({"initial_value": shown} if shown else {})


def _read_text(state: Json, team: str) -> JsonValue:
    value = state.get("value")
    return from_form(value) if isinstance(value, str) and value.strip() else None


def _person(field: Field, value: JsonValue) -> Json:
    user = slack_user(PersonId(value)) if isinstance(value, str) else None
    return {"type": "users_select"} | ({"initial_user": user} if user else {})


def _read_person(state: Json, team: str) -> JsonValue:
    user = state.get("selected_user")
    return slack_person(team, user) if user else None


def _one_of(kind: str) -> Callable[[Field, JsonValue], Json]:
    def element(field: Field, value: JsonValue) -> Json:
        options = [option(*pair) for pair in choices_of(field)]
        chosen = next((one for one in options if value is not None and one["value"] == str(value)), None)
        return {"type": kind, "options": options} | ({"initial_option": chosen} if chosen else {})

    return element


def _searched(field: Field, value: JsonValue) -> Json:
    chosen = next((option(*pair) for pair in choices_of(field) if pair[0] == value), None)
    return {"type": "external_select", "min_query_length": 1} | ({"initial_option": chosen} if chosen else {})


def _read_one(state: Json, team: str) -> JsonValue:
    chosen = state.get("selected_option")
    return chosen["value"] if chosen else None


def _read_level(state: Json, team: str) -> JsonValue:
    value = _read_one(state, team)
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def _several(field: Field, value: JsonValue) -> Json:
    options = [option(*pair) for pair in choices_of(field)]
    given = value if isinstance(value, list) else [value]
    chosen = [one for one in options if one["value"] in given]
    kind = "checkboxes" if len(options) <= LIMITS["checkboxes.options"] else "multi_static_select"
    return {"type": kind, "options": options} | ({"initial_options": chosen} if chosen else {})


def _several_searched(field: Field, value: JsonValue) -> Json:
    given = value if isinstance(value, list) else [value]
    chosen = [option(*pair) for pair in choices_of(field) if pair[0] in given]
    drawn: Json = {"type": "multi_external_select", "min_query_length": 1}
    return drawn | ({"initial_options": chosen} if chosen else {})


def _read_several(state: Json, team: str) -> JsonValue:
    return [one["value"] for one in state.get("selected_options") or []] or None


def _check(field: Field, value: JsonValue) -> Json:
    box = option(YES, label("form", YES))
    return {"type": "checkboxes", "options": [box]} | ({"initial_options": [box]} if value is True else {})


def _read_check(state: Json, team: str) -> JsonValue:
    return True if state.get("selected_options") else None


def _moment(field: Field, value: JsonValue) -> Json:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    seconds = int(at.timestamp()) if at is not None and at.tzinfo is not None else 0
    return {"type": "datetimepicker"} | (
        {"initial_date_time": seconds} if len(str(seconds)) == 10 and seconds > 0 else {}
    )


def _read_moment(state: Json, team: str) -> JsonValue:
    seconds = state.get("selected_date_time")
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
    except (ValueError, OverflowError, OSError, TypeError):
        return str(seconds)


def _number(field: Field, value: JsonValue) -> Json:
    shown = str(value) if isinstance(value, int | str) and re.fullmatch(r"0*[1-9][0-9]*", str(value)) else None
    drawn: Json = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}
    return drawn | ({"initial_value": shown} if shown else {})


def _read_number(state: Json, team: str) -> JsonValue:
    value = state.get("value")
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else value


_LINE: Final = FormControl(lambda field, value: _text(field, value, multiline=False), _read_text)
_SEARCHED: Final = FormControl(_searched, _read_one)
_SEVERAL_SEARCHED: Final = FormControl(_several_searched, _read_several)
_CONTROLS: Final = {
    Control.LINE: _LINE,
    Control.WORD: _LINE,
    Control.INCIDENT: _LINE,
    Control.TEXT: FormControl(lambda field, value: _text(field, value, multiline=True), _read_text),
    Control.PERSON: FormControl(_person, _read_person),
    Control.SERVICE: FormControl(_one_of("static_select"), _read_one),
    Control.SCHEDULE: FormControl(_one_of("static_select"), _read_one),
    Control.CATEGORY: FormControl(_one_of("static_select"), _read_one),
    Control.ROLE: FormControl(_one_of("static_select"), _read_one),
    Control.CHOICE: FormControl(_one_of("radio_buttons"), _read_one),
    Control.LEVEL: FormControl(_one_of("radio_buttons"), _read_level),
    Control.CHOICES: FormControl(_several, _read_several),
    Control.AUDIENCES: FormControl(_several, _read_several),
    Control.MOMENT: FormControl(_moment, _read_moment),
    Control.MINUTES: FormControl(_number, _read_number),
    Control.ENTRY: FormControl(_number, _read_number),
    Control.CHECK: FormControl(_check, _read_check),
}
_FROM_OPTIONS: Final = (Control.SERVICE, Control.SCHEDULE, Control.CATEGORY)
