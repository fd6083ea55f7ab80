"""Subscribing in a real browser: the form from the Home tab, and the direct message about an incident."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser_env import BrowserEnv
from tests.support.page_user import block, command, message, press, tick

pytestmark = pytest.mark.browser


def test_a_person_subscribes_by_the_form_and_reads_of_the_incident(scene: BrowserEnv) -> None:
    ada = scene.see("ada", "general")
    command(ada, "/incident subscribe")
    tick(ada, "priorities", "P1", "P2")
    ada.get_by_test_id("submit").click()
    expect(ada.get_by_test_id("modal")).to_contain_text("P1 and P2 on every service")
    ada.get_by_test_id("modal").get_by_role("button", name="Done").click()

    scene.declare()

    ada.get_by_test_id("app").click()
    ada.get_by_test_id("tab-messages").click()
    notice = message(ada, "You subscribed to P1 and P2 on every service.")
    expect(notice).to_contain_text("on checkout: Many customers, or the whole business, cannot work")
    press(notice, "Change what I get")
    expect(block(ada, "priorities").get_by_role("checkbox", name="P1")).to_be_checked()
    ada.get_by_test_id("modal").get_by_role("button", name="Cancel").click()
    ada.get_by_test_id("tab-home").click()
    expect(ada.get_by_test_id("home")).to_contain_text("You get direct messages about P1 and P2 on every service.")
