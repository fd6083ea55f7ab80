"""Slack's interactive elements: their fields, their sizes, and the blocks that may hold them."""

from typing import Any

from sandbox.blocks.limits import LIMITS
from sandbox.blocks.value_kinds import (
    Check,
    Fields,
    add_problem,
    any_value,
    boolean,
    check_fields,
    list_of,
    number,
    object_of,
    objects,
    one_of,
    string,
    text,
)

CONFIRM = object_of(
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
OPTION = object_of(OPTION_FIELDS, ("text", "value"))
RICH_OPTION = object_of(
    {**OPTION_FIELDS, "text": text("option.text"), "description": text("option.description")}, ("text", "value")
)
LINK_OPTION = object_of({**OPTION_FIELDS, "url": string("option.url")}, ("text", "value"))
GROUP = object_of(
    {"label": text("option_group.label", plain=True), "options": list_of(OPTION, "options.count")}, ("label", "options")
)
OPTIONS: Fields = {"options": list_of(OPTION, "options.count"), "option_groups": list_of(GROUP, "option_groups.count")}
COMMON: Fields = {
    "type": any_value,
    "action_id": string("action_id"),
    "confirm": CONFIRM,
    "focus_on_load": boolean,
}
PROMPTED: Fields = {**COMMON, "placeholder": text("placeholder.text", plain=True)}
TYPED: Fields = {
    **PROMPTED,
    "initial_value": string(minimum=0),
    "dispatch_action_config": any_value,
}
LENGTH = LIMITS["plain_text_input.length"]
SELECTED_MANY: Fields = {"max_selected_items": number(1, 1000)}
ELEMENTS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "button": (
        {
            "type": any_value,
            "action_id": string("action_id"),
            "confirm": CONFIRM,
            "text": text("button.text", plain=True),
            "url": string("button.url"),
            "value": string("button.value", minimum=0),
            "style": one_of("primary", "danger"),
            "accessibility_label": string("button.accessibility_label"),
        },
        ("text",),
    ),
    "image": (
        {
            "type": any_value,
            "image_url": string("image.url"),
            "slack_file": any_value,
            "alt_text": string("image.alt_text"),
        },
        ("alt_text",),
    ),
    "overflow": ({**COMMON, "options": list_of(LINK_OPTION, "overflow.options")}, ("options",)),
    "radio_buttons": (
        {**COMMON, "options": list_of(RICH_OPTION, "radio_buttons.options"), "initial_option": RICH_OPTION},
        ("options",),
    ),
    "checkboxes": (
        {
            **COMMON,
            "options": list_of(RICH_OPTION, "checkboxes.options"),
            "initial_options": list_of(RICH_OPTION, "checkboxes.options"),
        },
        ("options",),
    ),
    "static_select": ({**PROMPTED, **OPTIONS, "initial_option": OPTION}, ()),
    "multi_static_select": (
        {**PROMPTED, **OPTIONS, **SELECTED_MANY, "initial_options": list_of(OPTION, "options.count")},
        (),
    ),
    "external_select": ({**PROMPTED, "min_query_length": number(0, 1000), "initial_option": OPTION}, ()),
    "multi_external_select": (
        {
            **PROMPTED,
            **SELECTED_MANY,
            "min_query_length": number(0, 1000),
            "initial_options": list_of(OPTION, "options.count"),
        },
        (),
    ),
    "users_select": ({**PROMPTED, "initial_user": string()}, ()),
    "multi_users_select": (
        {**PROMPTED, **SELECTED_MANY, "initial_users": list_of(string(), "options.count", minimum=0)},
        (),
    ),
    "channels_select": ({**PROMPTED, "initial_channel": string(), "response_url_enabled": boolean}, ()),
    "multi_channels_select": (
        {**PROMPTED, **SELECTED_MANY, "initial_channels": list_of(string(), "options.count", minimum=0)},
        (),
    ),
    "conversations_select": (
        {
            **PROMPTED,
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": any_value,
        },
        (),
    ),
    "multi_conversations_select": (
        {
            **PROMPTED,
            **SELECTED_MANY,
            "initial_conversations": list_of(string(), "options.count", minimum=0),
            "default_to_current_conversation": boolean,
            "filter": any_value,
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
    "rich_text_input": ({**TYPED, "initial_value": any_value}, ("action_id",)),
    "file_input": (
        {
            "type": any_value,
            "action_id": string("action_id"),
            "filetypes": any_value,
            "max_files": number(1, LIMITS["file_input.files"]),
        },
        (),
    ),
}
SINGLE = {"static_select", "external_select", "users_select", "channels_select", "conversations_select"}
MULTI = {f"multi_{name}" for name in SINGLE}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"} | SINGLE
ELEMENTS_IN: dict[str, set[str]] = {
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


def element_in(block: str) -> Check:
    """Require an element that this type of block may hold."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in ELEMENTS_IN[block]:
            add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
            return
        known, required = ELEMENTS[kind]
        check_fields(problems, pointer, value, known, required)
        _options(problems, pointer, value)

    return check


def _options(problems: list[str], pointer: str, value: dict[str, Any]) -> None:
    """Require options or option groups, not both, with unique values, and an initial option among them."""
    if value["type"] not in ("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow"):
        return
    flat = objects(value.get("options"))
    groups = objects(value.get("option_groups"))
    if bool(flat) == bool(groups):
        add_problem(problems, pointer, "must provide either options or option_groups")
        return
    options = [*flat, *(one for group in groups for one in objects(group.get("options")))]
    values = [str(one.get("value")) for one in options]
    if len(set(values)) < len(values):
        add_problem(problems, pointer, "option values must be unique")
    for initial in [value.get("initial_option"), *objects(value.get("initial_options"))]:
        if initial is not None and initial not in options:
            add_problem(problems, pointer, "initial option must match one of the options")
