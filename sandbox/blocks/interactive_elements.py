"""Slack's interactive elements: their fields and sizes, and in which blocks each may stand. Tables and two checks."""

from typing import Any

from sandbox.blocks.limits import LIMITS
from sandbox.blocks.value_kinds import (
    Check,
    Fields,
    anything,
    boolean,
    fields,
    many,
    number,
    objects,
    one_of,
    record,
    string,
    text,
    wrong,
)

CONFIRM = record(
    {
        "title": text("confirm.title", plain=True),
        "text": text("confirm.text"),
        "confirm": text("confirm.confirm", plain=True),
        "deny": text("confirm.deny", plain=True),
        "style": one_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)
OPTION_FIELDS: Fields = {
    "text": text("option.text", plain=True),
    "value": string("option.value"),
    "description": text("option.description", plain=True),
}
OPTION = record(OPTION_FIELDS, ("text", "value"))
RICH_OPTION = record(
    {**OPTION_FIELDS, "text": text("option.text"), "description": text("option.description")}, ("text", "value")
)
LINK_OPTION = record({**OPTION_FIELDS, "url": string("option.url")}, ("text", "value"))
GROUP = record(
    {"label": text("option_group.label", plain=True), "options": many(OPTION, "options.count")}, ("label", "options")
)
OPTIONS: Fields = {"options": many(OPTION, "options.count"), "option_groups": many(GROUP, "option_groups.count")}
COMMON: Fields = {
    "type": anything,
    "action_id": string("action_id"),
    "confirm": CONFIRM,
    "focus_on_load": boolean,
}
PROMPTED: Fields = {**COMMON, "placeholder": text("placeholder.text", plain=True)}
TYPED: Fields = {
    **PROMPTED,
    "initial_value": string(least=0),
    "dispatch_action_config": anything,
}
LENGTH = LIMITS["plain_text_input.length"]
SELECTED_MANY: Fields = {"max_selected_items": number(1, 1000)}
ELEMENTS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "button": (
        {
            "type": anything,
            "action_id": string("action_id"),
            "confirm": CONFIRM,
            "text": text("button.text", plain=True),
            "url": string("button.url"),
            "value": string("button.value", least=0),
            "style": one_of("primary", "danger"),
            "accessibility_label": string("button.accessibility_label"),
        },
        ("text",),
    ),
    "image": (
        {
            "type": anything,
            "image_url": string("image.url"),
            "slack_file": anything,
            "alt_text": string("image.alt_text"),
        },
        ("alt_text",),
    ),
    "overflow": ({**COMMON, "options": many(LINK_OPTION, "overflow.options")}, ("options",)),
    "radio_buttons": (
        {**COMMON, "options": many(RICH_OPTION, "radio_buttons.options"), "initial_option": RICH_OPTION},
        ("options",),
    ),
    "checkboxes": (
        {
            **COMMON,
            "options": many(RICH_OPTION, "checkboxes.options"),
            "initial_options": many(RICH_OPTION, "checkboxes.options"),
        },
        ("options",),
    ),
    "static_select": ({**PROMPTED, **OPTIONS, "initial_option": OPTION}, ()),
    "multi_static_select": (
        {**PROMPTED, **OPTIONS, **SELECTED_MANY, "initial_options": many(OPTION, "options.count")},
        (),
    ),
    "external_select": ({**PROMPTED, "min_query_length": number(0, 1000), "initial_option": OPTION}, ()),
    "multi_external_select": (
        {
            **PROMPTED,
            **SELECTED_MANY,
            "min_query_length": number(0, 1000),
            "initial_options": many(OPTION, "options.count"),
        },
        (),
    ),
    "users_select": ({**PROMPTED, "initial_user": string()}, ()),
    "multi_users_select": (
        {**PROMPTED, **SELECTED_MANY, "initial_users": many(string(), "options.count", least=0)},
        (),
    ),
    "channels_select": ({**PROMPTED, "initial_channel": string(), "response_url_enabled": boolean}, ()),
    "multi_channels_select": (
        {**PROMPTED, **SELECTED_MANY, "initial_channels": many(string(), "options.count", least=0)},
        (),
    ),
    "conversations_select": (
        {
            **PROMPTED,
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        },
        (),
    ),
    "multi_conversations_select": (
        {
            **PROMPTED,
            **SELECTED_MANY,
            "initial_conversations": many(string(), "options.count", least=0),
            "default_to_current_conversation": boolean,
            "filter": anything,
        },
        (),
    ),
    "datepicker": ({**PROMPTED, "initial_date": string()}, ()),
    "timepicker": ({**PROMPTED, "initial_time": string(), "timezone": string()}, ()),
    "datetimepicker": ({**COMMON, "initial_date_time": number(1_000_000_000, 9_999_999_999)}, ()),
    "plain_text_input": (
        {**TYPED, "multiline": boolean, "min_length": number(0, LENGTH), "max_length": number(1, LENGTH)},
        (),
    ),
    "email_text_input": (TYPED, ()),
    "url_text_input": (TYPED, ()),
    "number_input": (
        {**TYPED, "is_decimal_allowed": boolean, "min_value": string(), "max_value": string()},
        ("is_decimal_allowed",),
    ),
    "rich_text_input": ({**TYPED, "initial_value": anything}, ("action_id",)),
    "file_input": (
        {
            "type": anything,
            "action_id": string("action_id"),
            "filetypes": anything,
            "max_files": number(1, LIMITS["file_input.files"]),
        },
        (),
    ),
}
SINGLE = {"static_select", "external_select", "users_select", "channels_select", "conversations_select"}
MULTI = {f"multi_{name}" for name in SINGLE}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"} | SINGLE
WHERE: dict[str, set[str]] = {
    "section": CHOICES | MULTI | {"button", "image", "overflow"},
    "actions": CHOICES | {"button", "overflow", "datetimepicker"},
    "input": CHOICES
    | MULTI
    | {
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "rich_text_input",
        "file_input",
        "datetimepicker",
    },
    "context": {"image"},
}


def element(block: str) -> Check:
    """Demand an element that may stand in this kind of block."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in WHERE[block]:
            wrong(problems, f"{pointer}/type", f"unsupported type: {kind}")
            return
        known, required = ELEMENTS[kind]
        fields(problems, pointer, value, known, required)
        _options(problems, pointer, value)

    return check


def _options(problems: list[str], pointer: str, value: dict[str, Any]) -> None:
    """Demand options or groups of them, not both, with values of their own, and an initial one that is among them."""
    if value["type"] not in ("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow"):
        return
    flat = objects(value.get("options"))
    groups = objects(value.get("option_groups"))
    if bool(flat) == bool(groups):
        wrong(problems, pointer, "must provide either options or option_groups")
        return
    options = [*flat, *(one for group in groups for one in objects(group.get("options")))]
    values = [str(one.get("value")) for one in options]
    if len(set(values)) < len(values):
        wrong(problems, pointer, "option values must be unique")
    for kept in [value.get("initial_option"), *objects(value.get("initial_options"))]:
        if kept is not None and kept not in options:
            wrong(problems, pointer, "initial option must match one of the options")
