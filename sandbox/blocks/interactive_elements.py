"""Slack's block elements: their fields, and the blocks that may hold them. `element_rules` has what fields must agree on."""

from typing import Any

from sandbox.blocks.composition_objects import (
    CONFIRM,
    DISPATCH_CONFIG,
    GROUP,
    IMAGE_FIELDS,
    LINES,
    LINK_OPTION,
    OPTION,
    RICH_OPTION,
    WORKFLOW,
    conversation_filter,
    ids,
)
from sandbox.blocks.element_rules import RULES
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.rich_text import rich_text
from sandbox.blocks.value_formats import CALENDAR_DATE, EMAIL_TEXT, NUMBER_TEXT, TIME_OF_DAY, TIME_ZONE, link, web_url
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
    one_of,
    or_empty,
    string,
    text,
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
    "initial_value": string("plain_text_input.length", minimum=0),
    "dispatch_action_config": DISPATCH_CONFIG,
}
LENGTH = LIMITS["plain_text_input.length"]
SELECTED_MANY: Fields = {"max_selected_items": number(1, 1000)}
PRESSED: Fields = {
    "type": any_value,
    "action_id": string("action_id"),
    "confirm": CONFIRM,
    "text": text("button.text", plain=True),
    "style": one_of("primary", "danger"),
    "accessibility_label": string("button.accessibility_label"),
}
FEEDBACK = object_of(
    {
        "text": text("feedback_button.text", plain=True),
        "value": string("button.value"),
        "accessibility_label": string("button.accessibility_label"),
    },
    ("text", "value"),
)
ELEMENTS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "button": (
        {
            **PRESSED,
            "url": link("button.url"),
            "value": string("button.value", minimum=0),
            "agent_prompt": string("button.agent_prompt"),
            "agent_prompt_display": string(),
        },
        ("text",),
    ),
    "workflow_button": ({**PRESSED, "workflow": WORKFLOW}, ("text", "workflow")),
    "icon_button": (
        {
            "type": any_value,
            "action_id": string("action_id"),
            "confirm": CONFIRM,
            "icon": one_of("trash"),
            "text": text("button.text", plain=True),
            "value": string("button.value", minimum=0),
            "accessibility_label": string("button.accessibility_label"),
            "visible_to_user_ids": ids("message.recipients"),
        },
        ("icon", "text"),
    ),
    "feedback_buttons": (
        {
            "type": any_value,
            "action_id": string("action_id"),
            "positive_button": FEEDBACK,
            "negative_button": FEEDBACK,
        },
        ("positive_button", "negative_button"),
    ),
    "image": (IMAGE_FIELDS, ("alt_text",)),
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
        {**PROMPTED, **SELECTED_MANY, "initial_users": ids()},
        (),
    ),
    "channels_select": ({**PROMPTED, "initial_channel": string(), "response_url_enabled": boolean}, ()),
    "multi_channels_select": (
        {**PROMPTED, **SELECTED_MANY, "initial_channels": ids()},
        (),
    ),
    "conversations_select": (
        {
            **PROMPTED,
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": conversation_filter,
        },
        (),
    ),
    "multi_conversations_select": (
        {
            **PROMPTED,
            **SELECTED_MANY,
            "initial_conversations": ids(),
            "default_to_current_conversation": boolean,
            "filter": conversation_filter,
        },
        (),
    ),
    "datepicker": ({**PROMPTED, "initial_date": CALENDAR_DATE}, ()),
    "timepicker": ({**PROMPTED, "initial_time": TIME_OF_DAY, "timezone": TIME_ZONE}, ()),
    "datetimepicker": ({**COMMON, "initial_date_time": number(1_000_000_000, 9_999_999_999)}, ()),
    "plain_text_input": (
        {**TYPED, "multiline": boolean, "min_length": number(0, LENGTH), "max_length": number(1, LENGTH)},
        (),
    ),
    "email_text_input": ({**TYPED, "initial_value": or_empty(EMAIL_TEXT)}, ()),
    "url_text_input": ({**TYPED, "initial_value": or_empty(web_url("button.url"))}, ()),
    "number_input": (
        {
            **TYPED,
            "is_decimal_allowed": boolean,
            "initial_value": or_empty(NUMBER_TEXT),
            "min_value": NUMBER_TEXT,
            "max_value": NUMBER_TEXT,
        },
        ("is_decimal_allowed",),
    ),
    "rich_text_input": (
        {**TYPED, "initial_value": rich_text, "min_lines": LINES, "max_lines": LINES},
        ("action_id",),
    ),
    "file_input": (
        {
            "type": any_value,
            "action_id": string("action_id"),
            "filetypes": list_of(string(), "file_input.filetypes"),
            "max_files": number(1, LIMITS["file_input.files"]),
        },
        (),
    ),
}
SINGLE = {"static_select", "external_select", "users_select", "channels_select", "conversations_select"}
MULTI = {f"multi_{name}" for name in SINGLE}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"} | SINGLE
ELEMENTS_IN: dict[str, set[str]] = {
    "section": CHOICES | MULTI | {"button", "image", "overflow", "workflow_button"},
    "actions": CHOICES | MULTI | {"button", "overflow", "datetimepicker", "workflow_button", "rich_text_input"},
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
    "context_actions": {"feedback_buttons", "icon_button"},
    "card": {"button"},
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
        for rule in RULES.get(kind, ()):
            rule(problems, pointer, value)

    return check
