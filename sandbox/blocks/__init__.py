"""Slack's rules for blocks: limits, and the checks of messages and views."""

from sandbox.blocks.block_check import check_message, check_view, with_ids
from sandbox.blocks.limits import LIMITS

__all__ = ["LIMITS", "check_message", "check_view", "with_ids"]
