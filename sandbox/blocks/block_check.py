"""Checks of whole messages and views: block types per surface, unique ids, totals.

Messages fail with `invalid_blocks` and `msg_blocks_too_long`, views with `invalid_arguments` and `view_too_large`. Each
problem holds a JSON pointer.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

from sandbox.blocks.interactive_elements import element_in
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.value_kinds import (
    Fields,
    add_problem,
    any_value,
    boolean,
    check_fields,
    check_unique,
    list_of,
    object_of,
    objects,
    string,
    text,
)
from sandbox.state.entities import Block, Payload
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError


def _context_element(problems: list[str], pointer: str, value: Any) -> None:
    if isinstance(value, dict) and value.get("type") in ("plain_text", "mrkdwn"):
        text("text.text")(problems, pointer, value)
    else:
        element_in("context")(problems, pointer, value)


def _rows(problems: list[str], pointer: str, value: Any) -> None:
    list_of(any_value, "table.rows")(problems, pointer, value)
    if isinstance(value, list) and any(isinstance(row, list) and len(row) > LIMITS["table.columns"] for row in value):
        add_problem(problems, pointer, f"no more than {LIMITS['table.columns']} columns allowed")


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
    "context_actions": ({"elements": list_of(any_value, "context_actions.elements")}, ("elements",)),
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
    "image": (
        {
            "image_url": string("image.url"),
            "slack_file": any_value,
            "alt_text": string("image.alt_text"),
            "title": text("image.title", plain=True),
        },
        ("alt_text",),
    ),
    "markdown": ({"text": string("markdown.text")}, ("text",)),
    "rich_text": ({"elements": any_value}, ("elements",)),
    "table": ({"rows": _rows, "column_settings": any_value}, ("rows",)),
    "alert": ({"text": text("alert.text"), "level": any_value}, ("text",)),
    "file": ({"external_id": string(), "source": string()}, ("external_id", "source")),
    "video": (
        {
            "title": text("video.title", plain=True),
            "title_url": string(),
            "description": any_value,
            "video_url": string(),
            "alt_text": string(),
            "thumbnail_url": string(),
            "author_name": string(),
            "provider_name": string(),
            "provider_icon_url": string(),
        },
        ("title", "video_url", "alt_text", "thumbnail_url"),
    ),
}
EVERY_SURFACE = {"section", "header", "divider", "context", "actions", "input", "image", "rich_text", "video"}
SURFACES: dict[str, set[str]] = {
    "message": EVERY_SURFACE | {"context_actions", "markdown", "table", "alert", "file"},
    "modal": EVERY_SURFACE | {"alert"},
    "home": EVERY_SURFACE,
}
VIEW: Fields = {
    "type": any_value,
    "blocks": any_value,
    "private_metadata": string("view.private_metadata", minimum=0),
    "callback_id": string("view.callback_id", minimum=0),
    "external_id": string("view.external_id", minimum=0),
}
MODAL: Fields = {
    **VIEW,
    "title": text("view.title", plain=True),
    "submit": text("view.submit", plain=True),
    "close": text("view.close", plain=True),
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
}


def check_message(blocks: Any) -> list[Block]:
    """Return a copy of a message's blocks. SlackError when Slack would reject them."""
    problems: list[str] = []
    _check_blocks(problems, "/blocks", blocks, "message")
    if problems:
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": problems})
    if sum(_lengths(blocks)) > LIMITS["message.total"]:
        raise SlackError("msg_blocks_too_long")
    if sum(block["type"] == "table" for block in blocks) > 1:
        raise SlackError("invalid_attachments", response_metadata={"messages": ["[ERROR] only_one_table_allowed"]})
    return copy.deepcopy(blocks)


def check_view(spec: Any, surface: str) -> Payload:
    """Return a copy of a view. SlackError when Slack would reject it on this surface."""
    problems: list[str] = []
    if not isinstance(spec, dict) or spec.get("type") != surface:
        add_problem(problems, "/view/type", f"must be {surface}")
        raise SlackError("invalid_arguments", response_metadata={"messages": problems})
    if len(json.dumps(spec, ensure_ascii=False).encode("utf-8", "replace")) > LIMITS["view.bytes"]:
        raise SlackError("view_too_large")
    known, required = (MODAL, ("title", "blocks")) if surface == "modal" else (VIEW, ("blocks",))
    object_of(known, required)(problems, "/view", spec)
    _check_blocks(problems, "/view/blocks", spec.get("blocks"), surface)
    has_input = any(one.get("type") == "input" for one in objects(spec.get("blocks")))
    if surface == "modal" and has_input and not spec.get("submit"):
        add_problem(problems, "/view", "missing required field: submit (the view has an input block)")
    if problems:
        raise SlackError("invalid_arguments", response_metadata={"messages": problems})
    return copy.deepcopy(spec)


def with_ids(ws: Workspace, blocks: list[Block]) -> list[Block]:
    """Assign a block_id and action_id to blocks and elements without one, as Slack does."""
    for block in blocks:
        if not block.get("block_id"):
            block["block_id"] = ws.new_id("b")
        for one in [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]:
            if (
                isinstance(one, dict)
                and one.get("type") not in ("image", "mrkdwn", "plain_text")
                and "rich" not in block["type"]
            ):
                one.setdefault("action_id", ws.new_id("a"))
    return blocks


def _check_blocks(problems: list[str], pointer: str, blocks: Any, surface: str) -> None:
    if not isinstance(blocks, list):
        add_problem(problems, pointer, "must be an array")
        return
    maximum = LIMITS["message.blocks" if surface == "message" else "view.blocks"]
    if len(blocks) > maximum:
        add_problem(problems, pointer, f"no more than {maximum} items allowed")
    for index, block in enumerate(blocks):
        _check_block(problems, f"{pointer}/{index}", block, surface)
    check_unique(problems, pointer, objects(blocks), "block_id")


def _check_block(problems: list[str], pointer: str, block: Any, surface: str) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(kind, str) or kind not in SURFACES[surface]:
        add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
        return
    known, required = BLOCKS[kind]
    check_fields(
        problems, pointer, block, {**known, "type": any_value, "block_id": string("block_id", minimum=0)}, required
    )
    if kind == "section" and not (block.get("text") or block.get("fields")):
        add_problem(problems, pointer, "must provide text or fields")
    if kind == "image" and bool(block.get("image_url")) == bool(block.get("slack_file")):
        add_problem(problems, pointer, "must provide image_url or slack_file")
    if kind == "actions":
        check_unique(problems, f"{pointer}/elements", objects(block.get("elements")), "action_id")
    if any(one.get("type") == "file_input" for one in objects([block.get("element")])) and surface != "modal":
        add_problem(problems, f"{pointer}/element/type", "unsupported type: file_input")


def _lengths(value: Any) -> Iterator[int]:
    """Yield the length of every visible text."""
    if isinstance(value, list):
        for inner in value:
            yield from _lengths(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield len(inner)
            else:
                yield from _lengths(inner)
