"""People who use a keyboard or a screen reader can use every page: axe-core finds nothing, whatever its impact."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import violations_at_both_widths
from tests.support.browser_env import BrowserEnv
from tests.support.page_user import command

pytestmark = pytest.mark.browser


def worked(scene: BrowserEnv) -> None:
    """Work an incident that has something in every part of its record and of its channel."""
    scene.declare(urgency="1")
    scene.type("tomas", "take commander")
    scene.type("tomas", "assign comms @ada")
    first = scene.say("mira", "gateway says `402 idempotency conflict`, see https://status.example")
    scene.mark("tomas", first)
    scene.say("ken", "looking at the retries", thread=first)
    scene.type("tomas", "decide roll back because errors began with the release")
    scene.type("tomas", "action @mira timebox=10 roll back one release")
    scene.type("mira", "escalate @olu because we need a decision on the fraud rules")
    scene.type("ken", "tempfix old fraud rules in force")
    scene.type("mira", f"note replicas\n{TABLE}")
    scene.type("mira", "close")
    scene.fill("ada", "update", audience=["internal", "exec"], text="One in five card payments fails.")


TABLE = "| host | lag |\n|------|-----|\n| db1 | 4 GB |"
# The width of the narrowest text of a log, by how much the page is wider than the screen, and how many tables scroll sideways.
MEASURE = """() => [
    Math.min(...[...document.querySelectorAll(".log td:last-child")].map((cell) => cell.clientWidth)),
    document.documentElement.scrollWidth - document.documentElement.clientWidth,
    [...document.querySelectorAll(".sheet")].filter((sheet) => sheet.scrollWidth > sheet.clientWidth).length]"""


def test_every_page_can_be_used_by_keyboard_and_screen_reader(stood: BrowserEnv) -> None:
    worked(stood)
    export = stood.desk.open(stood.export("INC-2026-0001"))
    found = {"export": list(violations_at_both_widths(export))}
    export.set_viewport_size({"width": 390, "height": 844})
    narrowest, too_wide, sideways = export.evaluate(MEASURE)
    assert f"replicas\n{TABLE}" in export.locator("#timeline").inner_text()
    assert narrowest >= 300
    assert (too_wide, sideways) == (0, 0)
    export.emulate_media(color_scheme="dark")
    found["export in the dark"] = list(violations_at_both_widths(export))
    export.get_by_label("Search the timeline").fill("DECLARED checkout")
    expect(export.locator("#timeline tbody tr:visible")).to_have_count(1)
    stood.run()
    page = stood.see("mira")
    expect(page.get_by_test_id("topic")).to_contain_text("Commander")
    command(page, "/incident")
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("What's next")
    found["channel"] = list(violations_at_both_widths(page))
    command(page, "/incident update")
    expect(page.get_by_test_id("modal")).to_be_visible()
    found["form"] = list(violations_at_both_widths(page))
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).to_have_count(0)
    page.get_by_test_id("app").click()
    page.get_by_test_id("tab-home").click()
    expect(page.get_by_test_id("home")).to_contain_text("INC-2026-0001")
    found["Home tab"] = list(violations_at_both_widths(page))

    assert found == {name: [] for name in found}
