"""Looks for what keeps people from using a page, with axe-core, in a page of a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDE, NARROW = (1440, 900), (390, 844)
# What WCAG 2.2 demands at level AA, and what axe advises beyond it.
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental")
DARK: dict[str, Any] = {
    "resultTypes": ["violations"],
    "selectors": False,
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
}
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "selectors": False,
    "runOnly": {"type": "tag", "values": STANDARDS},
}


def violations(page: Page, within: str = "html", options: dict[str, Any] = OPTIONS) -> list[str]:
    """Return every violation in a part of the page as rule, impact, element."""
    if page.evaluate("typeof axe") == "undefined":
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])["violations"]
    return [f"{one['id']} ({one['impact']}): {node['html'][:160]}" for one in found for node in one["nodes"]]


def violations_at_both_widths(page: Page) -> Iterator[str]:
    """Yield the violations on a screen and on a telephone, and what cannot be read in the dark there."""
    for width, height in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        yield from (f"{width}: {one}" for one in violations(page))
        page.emulate_media(color_scheme="dark")
        yield from (f"{width}, dark: {one}" for one in violations(page, options=DARK))
        page.emulate_media(color_scheme="light")
