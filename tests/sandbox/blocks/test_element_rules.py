"""Every element of Block Kit with one field broken, and the same element with that field right, as Slack documents it."""

from typing import Any

import pytest

from sandbox.blocks import check_message, check_view
from sandbox.blocks.interactive_elements import ELEMENTS, ELEMENTS_IN
from sandbox.workspace_errors import SlackError

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str, **more: Any) -> Json:
    return {"text": plain(value), "value": value, **more}


OPTIONS = [option("low"), option("high"), option("worst")]
TEXT_SECTION = {"type": "rich_text_section", "elements": [{"type": "text", "text": "words"}]}
RICH = {"type": "rich_text", "elements": [TEXT_SECTION]}
CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
FEEDBACK = {"text": plain(), "value": "1"}
# What each element cannot be without.
LEAST: dict[str, Json] = {
    "button": {"text": plain()},
    "workflow_button": {"text": plain(), "workflow": {"trigger": {"url": "https://slack.com/shortcuts/Ft1/2"}}},
    "icon_button": {"text": plain(), "icon": "trash"},
    "feedback_buttons": {"positive_button": FEEDBACK, "negative_button": FEEDBACK},
    "image": {"image_url": "https://x.example/a.png", "alt_text": "a"},
    "overflow": {"options": OPTIONS},
    "radio_buttons": {"options": OPTIONS},
    "checkboxes": {"options": OPTIONS},
    "static_select": {"options": OPTIONS},
    "multi_static_select": {"options": OPTIONS},
    "number_input": {"is_decimal_allowed": False},
    "rich_text_input": {"action_id": "v"},
}
HOLDERS = ("input", "actions", "section", "context", "context_actions")


def block_with(kind: str, holder: str | None = None, **fields: Any) -> Json:
    element = {"type": kind, **LEAST.get(kind, {}), **fields}
    holder = holder or next(block for block in HOLDERS if kind in ELEMENTS_IN[block])
    if holder == "input":
        return {"type": "input", "label": plain(), "element": element}
    if holder == "section":
        return {"type": "section", "text": plain(), "accessory": element}
    return {"type": holder, "actions" if holder == "card" else "elements": [element]}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks)} | more


def problems(check: Any, *given: Any) -> list[str]:
    try:
        check(*given)
    except SlackError as refused:
        return list(refused.more["response_metadata"]["messages"])
    return []


def problems_of(kind: str, **fields: Any) -> list[str]:
    block = block_with(kind, **fields)
    if kind in ELEMENTS_IN["context_actions"]:
        return problems(check_message, [block])
    return problems(check_view, modal(block), "modal")


@pytest.mark.parametrize("holder", sorted(ELEMENTS_IN))
def test_every_element_is_accepted_in_the_blocks_that_hold_it_and_in_no_other(holder: str) -> None:
    surface = (
        check_message if holder in ("context_actions", "card") else lambda blocks: check_view(modal(*blocks), "modal")
    )

    refused = {kind for kind in ELEMENTS if problems(surface, [block_with(kind, holder)])}

    assert refused == set(ELEMENTS) - ELEMENTS_IN[holder]


# Element, field, a value that Slack refuses, what it says, and a value that Slack takes.
FIELDS: list[tuple[str, str, Any, str, Any]] = [
    ("button", "url", "no address", "invalid url", "https://x.example/a?b=c#d"),
    ("button", "url", "x.example/path", "invalid url", "mailto:ann@x.example"),
    ("button", "url", "https://", "invalid url", "slack://channel?team=T1&id=C1"),
    ("button", "url", "javascript:alert(1)", "invalid url", "http://127.0.0.1:8000/p"),
    ("button", "url", "https://two words.example", "invalid url", "http://localhost"),
    ("button", "url", "https://x.example/two words", "invalid url", "https://[::1]:80/"),
    ("button", "url", "https://x.example:99999", "invalid url", "https://bücher.example"),
    ("button", "style", "loud", "must be one of: primary, danger", "danger"),
    ("button", "accessibility_label", "x" * 76, "less than 76", "x" * 75),
    ("button", "agent_prompt_display", "x", "missing required field: agent_prompt", None),
    ("button", "confirm", {**CONFIRM, "title": plain("x" * 101)}, "less than 101", CONFIRM),
    ("button", "confirm", {"text": plain()}, "missing required field: title", {**CONFIRM, "style": "danger"}),
    ("button", "confirm", {**CONFIRM, "deny": plain("x" * 31)}, "less than 31", {**CONFIRM, "deny": plain("x" * 30)}),
    ("button", "confirm", {**CONFIRM, "style": "loud"}, "must be one of", {**CONFIRM, "style": "primary"}),
    ("button", "confirm", {**CONFIRM, "title": {"type": "mrkdwn", "text": "x"}}, "plain_text", CONFIRM),
    ("workflow_button", "workflow", {}, "missing required field: trigger", LEAST["workflow_button"]["workflow"]),
    ("icon_button", "icon", "cat", "must be one of: trash", "trash"),
    ("feedback_buttons", "positive_button", {"text": plain()}, "missing required field: value", FEEDBACK),
    ("overflow", "options", [option("a", url="nowhere")], "invalid url", [option("a", url="https://x.example")]),
    ("overflow", "options", [option(str(n)) for n in range(6)], "no more than 5", [option(str(n)) for n in range(5)]),
    ("radio_buttons", "initial_option", option("other"), "initial option must match", OPTIONS[1]),
    ("checkboxes", "initial_options", [option("other")], "initial option must match", OPTIONS[:2]),
    ("checkboxes", "initial_options", [OPTIONS[0]] * 2, "must be unique", [OPTIONS[0]]),
    (
        "checkboxes",
        "options",
        [option(str(n)) for n in range(11)],
        "no more than 10",
        [option(str(n)) for n in range(10)],
    ),
    ("static_select", "options", [option(str(n)) for n in range(101)], "no more than 100", OPTIONS),
    ("static_select", "options", [option("x" * 76)], "less than 76", [option("x" * 75)]),
    ("static_select", "options", [{"text": plain(), "value": "x" * 151}], "less than 151", OPTIONS),
    ("static_select", "options", [option("a", description=plain("x" * 76))], "less than 76", OPTIONS),
    ("static_select", "options", [option("a", url="https://x.example")], "invalid additional property: url", OPTIONS),
    ("static_select", "options", [{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}], "plain_text", OPTIONS),
    (
        "static_select",
        "initial_option",
        {"text": plain("other"), "value": "low"},
        "initial option must match",
        OPTIONS[0],
    ),
    ("static_select", "placeholder", plain("x" * 151), "less than 151", plain("x" * 150)),
    ("static_select", "focus_on_load", "yes", "must be a boolean", True),
    ("multi_static_select", "initial_options", [OPTIONS[0]] * 2, "must be unique", OPTIONS[:1]),
    ("multi_static_select", "max_selected_items", 0, "must be between 1", 1),
    ("external_select", "min_query_length", -1, "must be between 0", 0),
    ("multi_users_select", "initial_users", ["U1", "U1"], "must be unique", ["U1", "U2"]),
    ("multi_channels_select", "initial_channels", "C1", "must be an array", ["C1"]),
    ("conversations_select", "filter", {}, "must provide one of: include", {"exclude_bot_users": True}),
    ("conversations_select", "filter", {"include": []}, "no less than 1", {"include": ["public", "im"]}),
    ("conversations_select", "filter", {"include": ["secret"]}, "must be one of: im", {"include": ["mpim"]}),
    ("conversations_select", "filter", {"exclude": True}, "invalid additional property", {"include": ["private"]}),
    ("multi_conversations_select", "filter", {"include": ["im", "im"]}, "already exists", {"include": ["im"]}),
    ("channels_select", "response_url_enabled", "yes", "must be a boolean", True),
    ("datepicker", "initial_date", "2026-02-30", "YYYY-MM-DD", "2028-02-29"),
    ("datepicker", "initial_date", "2026-13-01", "YYYY-MM-DD", "2026-12-01"),
    ("datepicker", "initial_date", "1/2/2026", "YYYY-MM-DD", "1990-04-28"),
    ("datepicker", "initial_date", "20260201", "YYYY-MM-DD", "2026-02-01"),
    ("timepicker", "initial_time", "24:00", "HH:mm", "00:00"),
    ("timepicker", "initial_time", "9:30", "HH:mm", "09:30"),
    ("timepicker", "initial_time", "10:60", "HH:mm", "23:59"),
    ("timepicker", "timezone", "Mars/Base", "IANA", "America/Chicago"),
    ("datetimepicker", "initial_date_time", 162863382, "must be between", 1628633820),
    ("datetimepicker", "initial_date_time", "1628633820", "must be an integer", 1628633820),
    ("plain_text_input", "initial_value", "x" * 3001, "less than 3001", "x" * 3000),
    ("plain_text_input", "min_length", 3001, "must be between 0 and 3000", 3000),
    ("plain_text_input", "max_length", 0, "must be between 1 and 3000", 1),
    ("plain_text_input", "dispatch_action_config", {"trigger_actions_on": ["on_blur"]}, "on_enter_pressed", {}),
    ("plain_text_input", "dispatch_action_config", {"trigger_actions_on": []}, "no less than 1", None),
    (
        "url_text_input",
        "dispatch_action_config",
        {"trigger_actions_on": ["on_enter_pressed"] * 2},
        "already exists",
        {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
    ),
    ("url_text_input", "initial_value", "x.example", "invalid url", "https://x.example"),
    ("email_text_input", "initial_value", "ann at x", "email", "ann@x.example"),
    ("number_input", "initial_value", "ten", "must be a number", "-10"),
    ("number_input", "initial_value", "0.25", "must be a whole number", "25"),
    ("number_input", "min_value", "low", "must be a number", "-1"),
    ("number_input", "is_decimal_allowed", None, "must not be null", True),
    ("rich_text_input", "initial_value", "words", "must be one of: rich_text", RICH),
    ("rich_text_input", "max_lines", 101, "must be between 1 and 100", 100),
    ("file_input", "max_files", 11, "must be between 1 and 10", 10),
    ("file_input", "filetypes", "pdf", "must be an array", ["pdf", "png"]),
    ("image", "image_url", "a.png", "invalid url", "http://x.example/a.png"),
    ("image", "alt_text", "x" * 2001, "less than 2001", "x" * 2000),
]


@pytest.mark.parametrize(
    ("kind", "field", "broken", "words", "right"),
    FIELDS,
    ids=[f"{n}-{one[0]}-{one[1]}" for n, one in enumerate(FIELDS)],
)
def test_a_field_of_an_element_is_refused_where_slack_refuses_it(
    kind: str, field: str, broken: Any, words: str, right: Any
) -> None:
    found = problems_of(kind, **{field: broken})

    assert words in " ".join(found)
    assert all(kind in ("feedback_buttons", "icon_button") or "/view/blocks/0/" in one for one in found)
    assert problems_of(kind, **{field: right}) == []


# Element, fields that contradict each other, what Slack says, and fields that agree.
AGREEMENTS: list[tuple[str, Json, str, Json]] = [
    (
        "plain_text_input",
        {"initial_value": "abcdef", "max_length": 5},
        "less than 6 characters [json-pointer:/view/blocks/0/element/initial_value]",
        {"initial_value": "abcde", "max_length": 5},
    ),
    (
        "plain_text_input",
        {"initial_value": "ab", "min_length": 3},
        "more than 2 characters [json-pointer:/view/blocks/0/element/initial_value]",
        {"initial_value": "", "min_length": 3},
    ),
    (
        "plain_text_input",
        {"min_length": 6, "max_length": 5},
        "must not be greater than max_length",
        {"min_length": 5, "max_length": 5},
    ),
    (
        "number_input",
        {"min_value": "5", "max_value": "4"},
        "greater than max_value",
        {"min_value": "4", "max_value": "4"},
    ),
    ("number_input", {"initial_value": "3", "min_value": "4"}, "at least 4", {"initial_value": "4", "min_value": "4"}),
    ("number_input", {"initial_value": "10", "max_value": "9"}, "at most 9", {"initial_value": "9", "max_value": "9"}),
    (
        "number_input",
        {"is_decimal_allowed": True, "initial_value": "0.2", "min_value": "0.25"},
        "at least 0.25",
        {"is_decimal_allowed": True, "initial_value": "0.25", "min_value": "0.25"},
    ),
    ("rich_text_input", {"min_lines": 3, "max_lines": 2}, "greater than max_lines", {"min_lines": 2, "max_lines": 2}),
    (
        "multi_static_select",
        {"initial_options": OPTIONS[:2], "max_selected_items": 1},
        "no more than 1 items",
        {"initial_options": OPTIONS[:2], "max_selected_items": 2},
    ),
    (
        "multi_users_select",
        {"initial_users": ["U1", "U2"], "max_selected_items": 1},
        "no more than 1 items",
        {"initial_users": ["U1"], "max_selected_items": 1},
    ),
    (
        "static_select",
        {"options": None},
        "must provide either options or option_groups",
        {"options": None, "option_groups": [{"label": plain(), "options": OPTIONS}], "initial_option": OPTIONS[2]},
    ),
    (
        "static_select",
        {"option_groups": [{"label": plain(), "options": OPTIONS}]},
        "must provide either options or option_groups",
        {},
    ),
    (
        "static_select",
        {"options": None, "option_groups": [{"label": plain("x" * 76), "options": OPTIONS}]},
        "less than 76",
        {"options": None, "option_groups": [{"label": plain("x" * 75), "options": OPTIONS}]},
    ),
    (
        "static_select",
        {"options": None, "option_groups": [{"label": plain(), "options": OPTIONS}] * 2},
        "option values must be unique",
        {"options": None, "option_groups": [{"label": plain(), "options": [one]} for one in OPTIONS]},
    ),
    (
        "image",
        {"image_url": None},
        "must provide image_url or slack_file",
        {"image_url": None, "slack_file": {"id": "F1"}},
    ),
    (
        "image",
        {"image_url": None, "slack_file": {"id": "F1", "url": "https://files.example/F1"}},
        "must provide id or url",
        {"image_url": None, "slack_file": {"url": "https://files.example/F1"}},
    ),
]


@pytest.mark.parametrize(("kind", "broken", "words", "right"), AGREEMENTS)
def test_fields_of_an_element_must_agree(kind: str, broken: Json, words: str, right: Json) -> None:
    assert words in " ".join(problems_of(kind, **broken))
    assert problems_of(kind, **right) == []


@pytest.mark.parametrize("kind", ["static_select", "radio_buttons"])
def test_an_initial_option_is_compared_by_value_and_words(kind: str) -> None:
    flagged = [{"text": {**plain(one["value"]), "emoji": True}, "value": one["value"]} for one in OPTIONS]

    assert problems_of(kind, options=flagged, initial_option=OPTIONS[1]) == []
    assert problems_of(kind, options=OPTIONS, initial_option=flagged[1]) == []


def test_one_element_of_a_view_has_the_focus() -> None:
    first, second = (block_with("plain_text_input", focus_on_load=focus) for focus in (True, True))
    chosen = block_with("users_select", "section", focus_on_load=True)
    calm = block_with("plain_text_input", focus_on_load=False)

    assert "only one element can have focus_on_load" in problems(check_view, modal(first, second), "modal")[0]
    assert "only one element can have focus_on_load" in problems(check_view, modal(first, chosen), "modal")[0]
    assert problems(check_view, modal(first, calm), "modal") == []
    home = {"type": "home", "blocks": [block_with("users_select", "actions", focus_on_load=True)] * 2}
    assert "only one element can have focus_on_load" in problems(check_view, home, "home")[0]
