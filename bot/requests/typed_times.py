"""Says of a typed time that it was taken as text, and how to make it the time of its entry. Shared by Slack and command line."""

from __future__ import annotations

from bot.grammar.command_parser import ParsedCommand
from bot.rendering.message_catalog import sentence
from bot.requests.reply import Reply


def time_in_text(reply: Reply, parsed: ParsedCommand) -> list[str]:
    """Return the sentence about a past time at the end of a text whose entry can be dated; nothing for any other line."""
    if reply.redatable is None or not parsed.time_in_text:
        return []
    return [sentence("time_in_text", words=parsed.time_in_text, entry=reply.redatable)]
