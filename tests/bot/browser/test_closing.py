"""Closing in a real browser: refused first, then met criterion by criterion with the checklist's buttons. The Home tab."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser_env import BrowserEnv
from tests.support.page_user import aside, block, command, message, pick, press, send, tick, write

pytestmark = pytest.mark.browser


def resolved(scene: BrowserEnv) -> None:
    """Work an incident of priority 2 until its resolution."""
    scene.declare()
    for line in (
        "take commander",
        "restored payments at their normal rate for five minutes",
        "resolve fix fraud rules of this morning switched off, pool back to a third",
    ):
        scene.type("tomas", line)


def checklist(page: Page) -> Locator:
    return page.get_by_test_id("message").filter(has_text="before closing").last


def test_a_refused_close_succeeds_after_the_checklist_buttons_meet_each_criterion(stood: BrowserEnv) -> None:
    resolved(stood)
    stood.run()
    page = stood.see("tomas")
    expect(checklist(page)).to_contain_text("5 items to do before closing")

    command(page, "/incident close")
    refusal = aside(page, "Not closed yet: the items below come first.")
    expect(refusal).to_contain_text("Confirm the category")

    press(checklist(page), "Add what you saw")
    tick(page, "criterion", "Monitoring verified")
    write(page, "evidence", "error rate 0.2 percent for ten minutes")
    send(page)
    expect(checklist(page)).to_contain_text("4 items to do")
    checklist(page).get_by_role("button", name="Confirm availability").click()
    expect(checklist(page)).to_contain_text("3 items to do")
    checklist(page).get_by_role("button", name="Confirm P2").click()
    expect(checklist(page)).to_contain_text("2 items to do")
    press(checklist(page), "Link it")
    tick(page, "kind", "Problem")
    write(page, "ref", "PRB-77")
    send(page)
    expect(checklist(page)).to_contain_text("1 item to do")
    press(checklist(page), "Set the time")
    began = datetime.fromtimestamp(stood.stage.clock.now().timestamp() - 3600, UTC)
    block(page, "at").locator("input").fill(began.strftime("%Y-%m-%dT%H:%M"))
    write(page, "basis", "first failed payment in the gateway log")
    send(page)
    ready = message(page, "Everything is there: close it.")
    press(ready, "Close")

    expect(message(page, "Closed by Tomás Reyes.")).to_be_visible()
    expect(page.get_by_test_id("topic")).to_contain_text("closed")
    expect(message(page, "Over. The record stays")).to_be_visible()


def test_the_home_tab_shows_roles_deadlines_and_open_incidents_of_its_reader(scene: BrowserEnv) -> None:
    scene.declare("Card payments fail at checkout")
    scene.type("tomas", "take commander")
    scene.type("tomas", "action @tomas timebox=30 call the bank")
    scene.declare("New products missing from search", service="search", impact="2")
    page = scene.see("tomas", "general")

    page.get_by_test_id("app").click()
    page.get_by_test_id("tab-home").click()

    home = page.get_by_test_id("home")
    expect(home).to_contain_text("P2: Card payments fail at checkout")
    expect(home).to_contain_text("You are commander.")
    expect(home).to_contain_text("A1 by")
    expect(home).to_contain_text("Also open")
    expect(home).to_contain_text("P3: New products missing from search")
    press(home, "Declare an incident")
    pick(page, "service", "sign-in")
    expect(block(page, "title").locator("input")).to_be_visible()
