"""Slack's blocks: their fields, and the surfaces that may show them. `block_rules` has what fields must agree on."""

from typing import Any

from sandbox.blocks.block_rules import RULES
from sandbox.blocks.charts import chart
from sandbox.blocks.composition_objects import IMAGE_FIELDS, image_element
from sandbox.blocks.interactive_elements import element_in
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.rich_text import RICH_TEXT_PARTS, rich_text
from sandbox.blocks.table_rows import column, row
from sandbox.blocks.value_formats import https_url, web_url
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
    string,
    text,
)


def block_of(*kinds: str) -> Check:
    """Require a block of one of these types."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
            return
        known, required = BLOCKS[kind]
        own: Fields = {"type": any_value, "block_id": string("block_id", minimum=0)}
        check_fields(problems, pointer, value, {**own, **known}, required)
        for rule in RULES.get(kind, ()):
            rule(problems, pointer, value)

    return check


def _context_element(problems: list[str], pointer: str, value: Any) -> None:
    if isinstance(value, dict) and value.get("type") in ("plain_text", "mrkdwn"):
        text("text.text")(problems, pointer, value)
    else:
        element_in("context")(problems, pointer, value)


SOURCE = object_of({"type": one_of("url"), "url": web_url("button.url"), "text": string()}, ("type", "url", "text"))
TASK: Fields = {
    "task_id": string(),
    "title": string(),
    "details": rich_text,
    "output": rich_text,
    "sources": list_of(SOURCE, "task_card.sources", minimum=0),
    "status": one_of("pending", "in_progress", "complete", "error"),
}
TASK_REQUIRED = ("task_id", "title", "status")
PLANNED = object_of({**TASK, "type": one_of("task_card"), "block_id": string("block_id", minimum=0)}, TASK_REQUIRED)
ROWS: Fields = {"rows": list_of(row, "table.rows")}
CHILDREN = (
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "video",
)
BLOCKS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "section": (
        {
            "text": text("section.text"),
            "fields": list_of(text("section.field"), "section.fields"),
            "accessory": element_in("section"),
            "expand": boolean,
        },
        (),
    ),
    "header": ({"text": text("header.text", plain=True), "level": any_value}, ("text",)),
    "divider": ({}, ()),
    "context": ({"elements": list_of(_context_element, "context.elements")}, ("elements",)),
    "actions": ({"elements": list_of(element_in("actions"), "actions.elements")}, ("elements",)),
    "context_actions": (
        {"elements": list_of(element_in("context_actions"), "context_actions.elements")},
        ("elements",),
    ),
    "input": (
        {
            "label": text("input.label", plain=True),
            "element": element_in("input"),
            "hint": text("input.hint", plain=True),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        ("label", "element"),
    ),
    "image": ({**IMAGE_FIELDS, "title": text("image.title", plain=True)}, ("alt_text",)),
    "markdown": ({"text": string("markdown.text")}, ("text",)),
    "rich_text": ({"elements": RICH_TEXT_PARTS}, ("elements",)),
    "table": ({**ROWS, "column_settings": list_of(column, "table.columns", minimum=0)}, ("rows",)),
    "data_table": (
        {
            "rows": list_of(row, "data_table.rows", minimum=2),
            "caption": string(),
            "page_size": number(1, LIMITS["data_table.page_size"]),
            "row_header_column_index": number(0, LIMITS["table.columns"] - 1),
        },
        ("rows", "caption"),
    ),
    "data_visualization": ({"title": string("chart.title"), "chart": chart}, ("title", "chart")),
    "alert": (
        {"text": text("alert.text"), "level": one_of("default", "info", "warning", "error", "success")},
        ("text",),
    ),
    "file": ({"external_id": string(), "source": one_of("remote")}, ("external_id", "source")),
    "video": (
        {
            "title": text("video.title", plain=True),
            "title_url": https_url("video.title_url"),
            "description": text("video.description", plain=True),
            "video_url": https_url("video.url"),
            "alt_text": string("image.alt_text"),
            "thumbnail_url": web_url("video.url"),
            "author_name": string("video.author_name"),
            "provider_name": string("video.provider_name"),
            "provider_icon_url": web_url("video.title_url"),
        },
        ("title", "video_url", "alt_text", "thumbnail_url"),
    ),
    "card": (
        {
            "hero_image": image_element,
            "icon": image_element,
            "slack_icon": any_value,
            "title": text("card.title"),
            "subtitle": text("card.subtitle"),
            "body": text("card.body"),
            "subtext": text("card.subtext"),
            "actions": list_of(element_in("card"), "card.actions", minimum=0),
        },
        (),
    ),
    "carousel": ({"elements": list_of(block_of("card"), "carousel.elements")}, ("elements",)),
    "container": (
        {
            "title": text("container.title", plain=True),
            "rich_text_title": rich_text,
            "subtitle": text("container.subtitle"),
            "child_blocks": list_of(block_of(*CHILDREN), "container.blocks"),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": image_element,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        ("child_blocks",),
    ),
    "task_card": (TASK, TASK_REQUIRED),
    "plan": ({"title": string(), "tasks": list_of(PLANNED, "plan.tasks", minimum=0)}, ("title",)),
}
EVERY_SURFACE = {"section", "header", "divider", "context", "actions", "input", "image", "rich_text", "video", "card"}
LARGE = {"carousel", "container", "data_table", "data_visualization", "table"}
SURFACES: dict[str, set[str]] = {
    "message": EVERY_SURFACE | LARGE | {"context_actions", "markdown", "alert", "file", "task_card", "plan"},
    "modal": EVERY_SURFACE | {"alert"},
    "home": EVERY_SURFACE | LARGE,
}
