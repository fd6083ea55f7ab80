"""Slack's rules for blocks: limits, and the checks of messages and views."""

from sandbox.blocks.block_check import (
    attachments_with_ids,
    check_message,
    check_view,
    message_problems,
    suggestion_problems,
    view_problems,
    with_ids,
)
from sandbox.blocks.limits import LIMITS

__all__ = [
    "LIMITS",
    "attachments_with_ids",
    "check_message",
    "check_view",
    "message_problems",
    "suggestion_problems",
    "view_problems",
    "with_ids",
]
