"""The pinned card of an incident, which shows its present state, and the channel's topic. Knows no rule."""

from __future__ import annotations

from bot.rendering.mrkdwn import clip, escape
from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import sections
from bot.slack.blocks.clipper import LIMITS
from bot.slack.surfaces.surface_context import SurfaceContext
from bot.slack.surfaces.template_message import Message, button_row, context_line, read_buttons

CARD = "slack/surfaces/card.j2"


def card_message(context: SurfaceContext, renderer: Renderer) -> Message:
    """Return the card of an incident."""
    parts = ("head", "people", "owed", "duties", "open")
    blocks = [block for part in parts for block in sections(renderer.macro(CARD, part, context))]
    buttons = read_buttons(renderer.macro(CARD, "buttons", context), context.i)
    small = context_line(renderer.macro(CARD, "small", context))
    return Message(renderer.macro(CARD, "lead", context), [*blocks, *button_row(buttons), *small])


def topic_text(context: SurfaceContext, plain: Renderer) -> str:
    """Return the channel's topic: plain text of at most 250 characters."""
    return clip(escape(plain.macro("slack/surfaces/topic.j2", "topic", context)), LIMITS["topic"])
