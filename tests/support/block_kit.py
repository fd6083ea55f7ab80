"""Three independent checks of what Muster sends to Slack: its own limits, the pretend workspace and slack_sdk's models.

The pretend workspace follows Slack's documentation. slack_sdk checks fewer limits; test_clipper lists those it lacks.
"""

from __future__ import annotations

import json
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.blocks.clipper import LIMITS, oversized_ids
from sandbox.blocks.block_check import check_message, check_view

Json = dict[str, Any]


def valid_message(blocks: list[Json]) -> list[Json]:
    """Return a message's blocks if all three accept them; otherwise the check that refuses raises.

    slack_sdk's models drop what they do not know, so a misspelled attribute shows as a difference.
    """
    assert list(oversized_ids(blocks)) == []
    assert len(blocks) <= LIMITS["message.blocks"]
    assert check_message(blocks) == blocks
    assert [block.to_dict() for block in Block.parse_all(blocks)] == blocks
    return blocks


def valid_view(view: Json) -> Json:
    """Return a modal or a Home view if all three accept it; otherwise the check that refuses raises."""
    assert list(oversized_ids(view)) == []
    assert len(view["blocks"]) <= LIMITS["view.blocks"]
    assert check_view(view, view["type"]) == view
    assert View(**view).to_dict() == view
    return view


def pressed(message):
    """The buttons of a message, by their labels."""
    elements = [e for b in message.blocks for e in [*b.get("elements", []), b.get("accessory", {})] if "action_id" in e]
    return {e["text"]["text"]: (e["action_id"], json.loads(e["value"])) for e in elements}
