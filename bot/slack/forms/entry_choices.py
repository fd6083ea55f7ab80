"""The entries that a form offers to choose from, as plain text: number, time and what they say. Knows no verb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.grammar.times.time_zones import zone_of
from bot.rendering.renderer import Mode, Names, Renderer
from bot.slack.blocks.clipper import LIMITS
from bot.slack.forms.select_options import Choices
from incident.entry import Entry


def entry_choices(entries: Sequence[Entry], *, names: Names, at: datetime, zone: str) -> Choices:
    """Return number and label of each entry, as many as a list takes; times are in the reader's zone."""
    render, here = Renderer(Mode.DOCUMENT, names=names), zone_of(zone)
    today = at.astimezone(here).date()

    def label(entry: Entry) -> str:
        wall = entry.occurred_at.astimezone(here)
        clock = f"{wall:%H:%M}" if wall.date() == today else f"{wall.day} {wall:%b %H:%M}"
        says = " ".join(render.macro("sentences.j2", entry.fact.kind, entry).split())
        return f"{entry.n} · {clock} · {says}"

    return tuple((str(entry.n), label(entry)) for entry in entries[: LIMITS["options.count"]])
