"""Every block of Block Kit as Slack takes it, and with one thing in it that Slack refuses."""

from typing import Any

import pytest

from sandbox.blocks import check_message, check_view, with_ids
from sandbox.blocks.block_check import check_attachments
from sandbox.blocks.layout_blocks import BLOCKS, SURFACES
from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import RealClock
from sandbox.workspace_errors import SlackError

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def raw(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


BUTTON = {"type": "button", "text": plain(), "action_id": "go"}
PICTURE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a"}
LINE = {"type": "rich_text_section", "elements": [{"type": "text", "text": "words", "style": {"bold": True}}]}
RICH = {"type": "rich_text", "elements": [LINE]}
FEEDBACK = {"text": plain(), "value": "1"}
TASK = {"task_id": "1", "title": "Look", "status": "complete"}
SERIES = {"name": "errors", "data": [{"label": "May", "value": 1}, {"label": "June", "value": -2.5}]}
BARS = {"type": "bar", "series": [SERIES], "axis_config": {"categories": ["May", "June"]}}
PIE = {"type": "pie", "segments": [{"label": "card", "value": 3}]}
# Each block as Slack takes it.
RIGHT: dict[str, Json] = {
    "section": {"text": plain(), "fields": [plain(), {"type": "mrkdwn", "text": "*x*"}], "accessory": BUTTON},
    "header": {"text": plain()},
    "divider": {},
    "context": {"elements": [plain(), PICTURE]},
    "actions": {"elements": [BUTTON, {"type": "datepicker", "action_id": "day"}]},
    "context_actions": {
        "elements": [{"type": "feedback_buttons", "positive_button": FEEDBACK, "negative_button": FEEDBACK}]
    },
    "input": {"label": plain(), "element": {"type": "plain_text_input"}, "hint": plain(), "optional": True},
    "image": {**PICTURE, "title": plain()},
    "markdown": {"text": "**x**"},
    "rich_text": {
        "elements": [
            LINE,
            {"type": "rich_text_list", "style": "bullet", "indent": 8, "border": 1, "elements": [LINE]},
            {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U1"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "link", "url": "https://x.example"}]},
        ]
    },
    "table": {"rows": [[raw(), RICH]], "column_settings": [None, {"align": "right", "is_wrapped": True}]},
    "data_table": {"rows": [[raw()], [{"type": "raw_number", "value": 1, "text": "1"}]], "caption": "Errors"},
    "data_visualization": {"title": "Errors", "chart": BARS},
    "alert": {"text": plain(), "level": "warning"},
    "file": {"external_id": "A1", "source": "remote"},
    "video": {
        "title": plain(),
        "video_url": "https://x.example/v",
        "thumbnail_url": "https://x.example/v.png",
        "alt_text": "a",
    },
    "card": {"title": plain(), "hero_image": PICTURE, "actions": [BUTTON]},
    "carousel": {"elements": [{"type": "card", "body": plain()}]},
    "container": {"title": plain(), "child_blocks": [{"type": "divider"}], "is_collapsible": True},
    "task_card": {**TASK, "details": RICH, "sources": [{"type": "url", "url": "https://x.example", "text": "x"}]},
    "plan": {"title": "Plan", "tasks": [TASK, {**TASK, "task_id": "2", "status": "pending"}]},
}
# Block, fields that break it, what Slack says.
BROKEN: list[tuple[str, Json, str]] = [
    ("section", {"text": None, "fields": None}, "must provide text or fields"),
    ("section", {"fields": [plain()] * 11}, "no more than 10"),
    ("section", {"fields": [plain("x" * 2001)]}, "less than 2001"),
    ("section", {"expand": "yes"}, "must be a boolean"),
    ("header", {"text": plain("x" * 151)}, "less than 151"),
    ("header", {"text": {**plain(), "verbatim": True}}, "invalid additional property: verbatim"),
    ("context", {"elements": [plain()] * 11}, "no more than 10"),
    ("actions", {"elements": [BUTTON] * 26}, "no more than 25"),
    ("actions", {"elements": [BUTTON, {"type": "datepicker", "action_id": "go"}]}, "`action_id` go already exists"),
    ("context_actions", {"elements": [BUTTON]}, "unsupported type: button"),
    ("input", {"hint": {"type": "mrkdwn", "text": "x"}}, "must be one of: plain_text"),
    ("input", {"element": BUTTON}, "unsupported type: button"),
    ("input", {"dispatch_action": 1}, "must be a boolean"),
    ("image", {"image_url": "ftp://x.example/a.png"}, "invalid url"),
    ("image", {"slack_file": {"id": "F1"}}, "must provide image_url or slack_file"),
    ("image", {"image_url": None, "slack_file": {}}, "must provide"),
    ("image", {"alt_text": None}, "must not be null"),
    ("markdown", {"text": "x" * 12_001}, "less than 12001"),
    ("rich_text", {"elements": [{"type": "text", "text": "x"}]}, "unsupported type: text"),
    ("rich_text", {"elements": [{**LINE, "elements": [{"type": "shout"}]}]}, "unsupported type: shout"),
    (
        "rich_text",
        {"elements": [{**LINE, "elements": [{"type": "text", "text": "x", "colour": 1}]}]},
        "invalid additional",
    ),
    ("rich_text", {"elements": [{"type": "rich_text_list", "style": "stars", "elements": []}]}, "bullet, ordered"),
    (
        "rich_text",
        {"elements": [{"type": "rich_text_list", "style": "bullet", "elements": [RICH]}]},
        "rich_text_section",
    ),
    (
        "rich_text",
        {"elements": [{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}]},
        "unsupported type: user",
    ),
    ("rich_text", {"elements": [{**LINE, "elements": [{"type": "broadcast", "range": "all"}]}]}, "here, channel"),
    ("rich_text", {"elements": [{**LINE, "elements": [{"type": "color", "value": "red"}]}]}, "hex color"),
    ("table", {"rows": [[raw()] * 21]}, "no more than 20 columns"),
    ("table", {"rows": [[raw()]] * 101}, "no more than 100"),
    ("table", {"rows": [[plain()]]}, "unsupported type: plain_text"),
    ("table", {"column_settings": [{"align": "middle"}]}, "left, center, right"),
    ("data_table", {"rows": [[raw()]]}, "no less than 2"),
    ("data_table", {"rows": [[raw()], [raw(), raw()]]}, "the same number of columns"),
    ("data_table", {"rows": [[RICH], [raw()]]}, "a header cell"),
    ("data_table", {"rows": [[raw()], [raw("x" * 20_000)]]}, "less than 20001"),
    ("data_table", {"page_size": 101}, "between 1 and 100"),
    ("data_visualization", {"title": "x" * 51}, "less than 51"),
    ("data_visualization", {"chart": {"type": "radar"}}, "unsupported type: radar"),
    ("data_visualization", {"chart": {**BARS, "series": [SERIES] * 2}}, "already exists"),
    ("data_visualization", {"chart": {**BARS, "axis_config": {"categories": ["May"]}}}, "one point for every category"),
    ("data_visualization", {"chart": {**BARS, "axis_config": {"categories": ["May", "May"]}}}, "must be unique"),
    ("data_visualization", {"chart": {**PIE, "segments": [{"label": "x", "value": 0}]}}, "greater than 0"),
    ("data_visualization", {"chart": {**PIE, "segments": [{"label": "x", "value": "1"}]}}, "must be a number"),
    ("alert", {"level": "loud"}, "default, info, warning, error, success"),
    ("alert", {"text": plain("x" * 201)}, "less than 201"),
    ("file", {"source": "local"}, "must be one of: remote"),
    ("video", {"video_url": "http://x.example/v"}, "https"),
    ("video", {"title_url": "x"}, "https"),
    ("video", {"title": plain("x" * 201)}, "less than 201"),
    ("video", {"author_name": "x" * 51}, "less than 51"),
    ("card", {"title": None, "hero_image": None, "actions": None}, "must provide hero_image, title, body or actions"),
    ("card", {"actions": [BUTTON] * 4}, "no more than 3"),
    ("card", {"icon": PICTURE, "slack_icon": {"name": "globe"}}, "must provide icon or slack_icon"),
    ("card", {"hero_image": BUTTON}, "must be one of: image"),
    ("carousel", {"elements": [{"type": "card", "body": plain()}] * 11}, "no more than 10"),
    ("carousel", {"elements": [{"type": "divider"}]}, "unsupported type: divider"),
    ("container", {"title": None}, "must provide title or rich_text_title"),
    ("container", {"child_blocks": [{"type": "card", "title": plain()}]}, "unsupported type: card"),
    ("container", {"is_collapsible": False, "default_collapsed": True}, "requires is_collapsible"),
    ("container", {"has_header_divider": True}, "excludes is_collapsible"),
    ("task_card", {"status": "pending"}, "only a task of a plan"),
    ("task_card", {"status": "lost"}, "pending, in_progress, complete, error"),
    ("plan", {"tasks": [TASK] * 2}, "`task_id` 1 already exists"),
]


def block(kind: str, **fields: Any) -> Json:
    return {"type": kind, **RIGHT[kind], **fields}


def problems(check: Any, *given: Any) -> list[str]:
    try:
        check(*given)
    except SlackError as refused:
        return [refused.name, *refused.more.get("response_metadata", {}).get("messages", [])]
    return []


def view(surface: str, *blocks: Json) -> Json:
    named = {"title": plain(), "submit": plain()} if surface == "modal" else {}
    return {"type": surface, "blocks": list(blocks), **named}


@pytest.mark.parametrize("kind", list(BLOCKS))
def test_every_block_is_accepted_on_its_surfaces_and_on_no_other(kind: str) -> None:
    refused = {surface for surface in ("modal", "home") if problems(check_view, view(surface, block(kind)), surface)}
    refused |= {"message"} if problems(check_message, [block(kind)]) else set()

    assert refused == {surface for surface, kinds in SURFACES.items() if kind not in kinds}


@pytest.mark.parametrize(("kind", "fields", "words"), BROKEN, ids=[f"{n}-{one[0]}" for n, one in enumerate(BROKEN)])
def test_a_block_is_refused_where_slack_refuses_it(kind: str, fields: Json, words: str) -> None:
    name, *messages = problems(check_message, [block(kind, **fields)])

    assert name == "invalid_blocks"
    assert words in " ".join(messages)
    assert all("[json-pointer:/blocks" in one for one in messages)


def test_ids_are_unique_and_the_focus_single_inside_containers_too() -> None:
    inner = block("input", block_id="same", element={"type": "users_select", "focus_on_load": True})
    outer = block("container", child_blocks=[inner])

    assert "`block_id` same already exists" in " ".join(problems(check_message, [outer, inner]))
    assert "only one element can have focus_on_load" in " ".join(problems(check_message, [outer, inner]))


def test_a_message_has_a_limit_of_markdown_of_charts_and_of_tables() -> None:
    half = block("markdown", text="x" * 6_001)
    table = block("table")

    assert "12001 characters of markdown" in " ".join(problems(check_message, [half, half]))
    assert "no more than 2 data_visualization" in " ".join(problems(check_message, [block("data_visualization")] * 3))
    assert problems(check_message, [block("data_visualization")] * 2) == []
    assert problems(check_message, [table, table]) == ["invalid_attachments", "[ERROR] only_one_table_allowed"]


def test_the_blocks_of_an_attachment_obey_the_same_rules() -> None:
    assert problems(check_attachments, [{"color": "#f00", "blocks": [block("section")]}, {"text": "old style"}]) == []
    assert problems(check_attachments, [{"blocks": [{"type": "shout"}]}]) == [
        "invalid_attachments",
        "[ERROR] unsupported type: shout [json-pointer:/attachments/0/blocks/0/type]",
    ]
    assert problems(check_attachments, "no list") == ["invalid_attachments"]
    assert problems(check_attachments, [{}] * 101) == ["too_many_attachments"]


def test_elements_and_nested_blocks_without_an_id_get_one() -> None:
    nameless = {"type": "button", "text": plain()}
    blocks = [
        block("carousel", elements=[{"type": "card", "actions": [dict(nameless)]}]),
        block("container", child_blocks=[block("section", accessory=nameless), block("section", accessory=PICTURE)]),
    ]

    named = with_ids(Workspace(RealClock()), check_message(blocks))

    card, (with_button, with_picture) = named[0]["elements"][0], named[1]["child_blocks"]
    ids = [one["block_id"] for one in (*named, card, with_button, with_picture)]
    assert len(set(ids)) == 5
    assert card["actions"][0]["action_id"] != with_button["accessory"]["action_id"]
    assert "action_id" not in with_picture["accessory"]


def test_a_modal_has_no_field_of_configuration_dialogs() -> None:
    spec = view("modal", block("section")) | {"submit_disabled": True}

    assert "invalid additional property: submit_disabled" in " ".join(problems(check_view, spec, "modal"))
