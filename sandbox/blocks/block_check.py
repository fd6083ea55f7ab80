"""Checks of whole messages and views: block types per surface, unique ids, what only one element may have, totals.

Messages fail with `invalid_blocks` and `msg_blocks_too_long`, views with `invalid_arguments` and `view_too_large`. Each
problem holds a JSON pointer.
"""

import copy
import json
from typing import Any

from sandbox.blocks.block_rules import visible_lengths
from sandbox.blocks.composition_objects import SUGGESTIONS
from sandbox.blocks.layout_blocks import SURFACES, block_of
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.value_kinds import (
    Fields,
    add_problem,
    any_value,
    boolean,
    check_unique,
    object_of,
    objects,
    string,
    text,
)
from sandbox.state.entities import Block, Payload
from sandbox.state.form_values import elements_of, nested_blocks
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError

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
}
WITHOUT_ACTION = ("image", "mrkdwn", "plain_text")


def message_problems(blocks: Any, pointer: str = "/blocks") -> list[str]:
    """Return what Slack would reject in a message's blocks."""
    problems: list[str] = []
    _check_blocks(problems, pointer, blocks, "message")
    markdown = sum(len(str(one.get("text"))) for one in objects(blocks) if one.get("type") == "markdown")
    if markdown > LIMITS["markdown.total"]:
        add_problem(problems, pointer, f"must be less than {LIMITS['markdown.total'] + 1} characters of markdown")
    charts = sum(one.get("type") == "data_visualization" for one in nested_blocks(blocks))
    if charts > LIMITS["message.charts"]:
        add_problem(problems, pointer, f"no more than {LIMITS['message.charts']} data_visualization blocks allowed")
    return problems


def check_message(blocks: Any) -> list[Block]:
    """Return a copy of a message's blocks. SlackError when Slack would reject them."""
    problems = message_problems(blocks)
    if problems:
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": problems})
    if sum(visible_lengths(blocks)) > LIMITS["message.total"]:
        raise SlackError("msg_blocks_too_long")
    if sum(block["type"] == "table" for block in nested_blocks(blocks)) > 1:
        raise SlackError("invalid_attachments", response_metadata={"messages": ["[ERROR] only_one_table_allowed"]})
    return copy.deepcopy(blocks)


def check_attachments(attachments: Any) -> list[Payload]:
    """Return a copy of a message's attachments. SlackError when Slack would reject them or the blocks in them."""
    if attachments is None:
        return []
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > LIMITS["message.attachments"]:
        raise SlackError("too_many_attachments")
    for index, one in enumerate(attachments):
        problems = message_problems(one.get("blocks") or [], f"/attachments/{index}/blocks")
        if problems:
            raise SlackError("invalid_attachments", errors=problems, response_metadata={"messages": problems})
    return copy.deepcopy(attachments)


def check_view(spec: Any, surface: str) -> Payload:
    """Return a copy of a view. SlackError when Slack would reject it on this surface."""
    problems = view_problems(spec, surface)
    if problems:
        raise SlackError("invalid_arguments", response_metadata={"messages": problems})
    return copy.deepcopy(spec)


def view_problems(spec: Any, surface: str) -> list[str]:
    """Return what Slack would reject in a view on a surface. SlackError `view_too_large`."""
    problems: list[str] = []
    if not isinstance(spec, dict) or spec.get("type") != surface:
        add_problem(problems, "/view/type", f"must be {surface}")
        return problems
    if len(json.dumps(spec, ensure_ascii=False).encode("utf-8", "replace")) > LIMITS["view.bytes"]:
        raise SlackError("view_too_large")
    known, required = (MODAL, ("title", "blocks")) if surface == "modal" else (VIEW, ("blocks",))
    object_of(known, required)(problems, "/view", spec)
    _check_blocks(problems, "/view/blocks", spec.get("blocks"), surface)
    has_input = any(one.get("type") == "input" for one in nested_blocks(spec.get("blocks")))
    if surface == "modal" and has_input and not spec.get("submit"):
        add_problem(problems, "/view", "missing required field: submit (the view has an input block)")
    return problems


def suggestion_problems(payload: Any) -> list[str]:
    """Return what Slack would reject in an app's answer to what was typed into an external select."""
    problems: list[str] = []
    SUGGESTIONS(problems, "", payload)
    if isinstance(payload, dict) and payload.get("options") and payload.get("option_groups"):
        add_problem(problems, "", "must provide either options or option_groups")
    return problems


def with_ids(ws: Workspace, blocks: list[Block]) -> list[Block]:
    """Assign a block_id and action_id to blocks and elements without one, as Slack does."""
    for block in nested_blocks(blocks):
        if not block.get("block_id"):
            block["block_id"] = ws.new_id("b")
        for one in elements_of(block):
            if one.get("type") not in WITHOUT_ACTION and not one.get("action_id"):
                one["action_id"] = ws.new_id("a")
    return blocks


def attachments_with_ids(ws: Workspace, attachments: Any) -> list[Payload]:
    """Return a copy of a message's attachments with ids in their blocks. SlackError when Slack would reject them."""
    checked = check_attachments(attachments)
    for one in checked:
        with_ids(ws, one.get("blocks") or [])
    return checked


def _check_blocks(problems: list[str], pointer: str, blocks: Any, surface: str) -> None:
    if not isinstance(blocks, list):
        add_problem(problems, pointer, "must be an array")
        return
    maximum = LIMITS["message.blocks" if surface == "message" else "view.blocks"]
    if len(blocks) > maximum:
        add_problem(problems, pointer, f"no more than {maximum} items allowed")
    check = block_of(*SURFACES[surface])
    for index, block in enumerate(blocks):
        check(problems, f"{pointer}/{index}", block)
    every = list(nested_blocks(blocks))
    check_unique(problems, pointer, every, "block_id")
    elements = [(block, one) for block in every for one in objects(_elements(block))]
    if sum(one.get("focus_on_load") is True for _, one in elements) > 1:
        add_problem(problems, pointer, "only one element can have focus_on_load")
    if surface != "modal" and any(one.get("type") == "file_input" for _, one in elements):
        add_problem(problems, f"{pointer}/element/type", "unsupported type: file_input")


def _elements(block: Block) -> list[Any]:
    """Return the elements of a block that may be broken."""
    lists = [block.get(name) for name in ("elements", "actions")]
    return [
        block.get("element"),
        block.get("accessory"),
        *(one for some in lists if isinstance(some, list) for one in some),
    ]
