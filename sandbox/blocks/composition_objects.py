"""Slack's composition objects: confirmation dialogs, options, filters, dispatch configurations, files, workflows."""

from typing import Any

from sandbox.blocks.value_formats import link, web_url
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
    set_of,
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
LINK_OPTION = object_of({**OPTION_FIELDS, "url": link("option.url")}, ("text", "value"))
GROUP = object_of(
    {"label": text("option_group.label", plain=True), "options": list_of(OPTION, "options.count")}, ("label", "options")
)
SUGGESTIONS = object_of(
    {
        "options": list_of(OPTION, "options.count", minimum=0),
        "option_groups": list_of(GROUP, "option_groups.count", minimum=0),
    }
)
DISPATCH_CONFIG = object_of({"trigger_actions_on": set_of("on_enter_pressed", "on_character_entered")})
WORKFLOW_INPUT = object_of({"name": string(), "value": any_value}, ("name", "value"))
WORKFLOW_TRIGGER = object_of(
    {
        "url": web_url("button.url"),
        "customizable_input_parameters": list_of(WORKFLOW_INPUT, "workflow.inputs", minimum=0),
    },
    ("url",),
)
WORKFLOW = object_of({"trigger": WORKFLOW_TRIGGER}, ("trigger",))
COLUMN_SETTING = object_of({"align": one_of("left", "center", "right"), "is_wrapped": boolean})
FILTER_FIELDS: Fields = {
    "include": set_of("im", "mpim", "private", "public"),
    "exclude_external_shared_channels": boolean,
    "exclude_bot_users": boolean,
}


def conversation_filter(problems: list[str], pointer: str, value: Any) -> None:
    """Require a filter of conversations with at least one criterion."""
    if not isinstance(value, dict):
        add_problem(problems, pointer, "must be an object")
        return
    check_fields(problems, pointer, value, FILTER_FIELDS)
    if not any(value.get(name) is not None for name in FILTER_FIELDS):
        add_problem(problems, pointer, f"must provide one of: {', '.join(FILTER_FIELDS)}")


def slack_file(problems: list[str], pointer: str, value: Any) -> None:
    """Require a file of the workspace, by its id or by its url."""
    if not isinstance(value, dict):
        add_problem(problems, pointer, "must be an object")
        return
    check_fields(problems, pointer, value, {"id": string(), "url": web_url("image.url")})
    if bool(value.get("id")) == bool(value.get("url")):
        add_problem(problems, pointer, "must provide id or url")


IMAGE_FIELDS: Fields = {
    "type": any_value,
    "image_url": web_url("image.url"),
    "slack_file": slack_file,
    "alt_text": string("image.alt_text"),
}


def image_source(problems: list[str], pointer: str, value: dict[str, Any]) -> None:
    """Require exactly one source of an image."""
    if bool(value.get("image_url")) == bool(value.get("slack_file")):
        add_problem(problems, pointer, "must provide image_url or slack_file")


def image_element(problems: list[str], pointer: str, value: Any) -> None:
    """Require an image element."""
    if not isinstance(value, dict) or value.get("type") != "image":
        add_problem(problems, pointer, "must be one of: image")
        return
    check_fields(problems, pointer, value, IMAGE_FIELDS, ("alt_text",))
    image_source(problems, pointer, value)


def ids(limit: str = "options.count") -> Check:
    """Require a list of ids."""
    return list_of(string(), limit, minimum=0)


LINES = number(1, 100)
