"""Prompts answered in a real browser, by their buttons alone, and pages by direct message."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser_env import BrowserEnv
from tests.support.page_user import message, press, send, write

pytestmark = pytest.mark.browser


def test_a_missing_commander_is_replaced_by_the_button_of_the_prompt(stood: BrowserEnv) -> None:
    stood.declare()
    stood.after(11)
    stood.run()
    page = stood.see("mira")
    prompt = message(page, "No commander yet")
    expect(prompt).to_contain_text("P2: Card payments fail at checkout")

    press(prompt, "Take command")

    expect(message(page, "Mira Novak is commander.")).to_be_visible()
    expect(message(page, "No commander yet")).to_have_count(0)


def test_a_due_update_is_written_from_its_prompt_and_reaches_its_audience(stood: BrowserEnv) -> None:
    stood.declare(urgency="1")
    for line in ("take commander", "assign comms @ada"):
        stood.type("tomas", line)
    stood.after(21)
    stood.run()
    ada, leadership = stood.see("ada"), stood.see("olu", "leadership")

    press(message(ada, "Update to executives"), "Update executives")
    expect(ada.get_by_test_id("modal").get_by_role("checkbox", name="Executives")).to_be_checked()
    expect(ada.get_by_test_id("modal")).to_contain_text("Due:")
    write(ada, "text", "One in five card payments fails.\nWe are rolling back.")
    send(ada)

    posted = message(leadership, "One in five card payments fails.")
    expect(posted).to_contain_text("P1, major · being worked on · checkout")
    expect(posted).to_contain_text("Commander: Tomás Reyes")
    expect(message(ada, "Update to executives posted")).to_be_visible()


def test_a_prompt_is_snoozed_by_its_button(stood: BrowserEnv) -> None:
    stood.declare()
    stood.type("tomas", "take commander")
    stood.type("tomas", "action @ken timebox=5 look at the pool")
    stood.after(6)
    stood.run()
    page = stood.see("ken")

    press(message(page, "A1 is overdue"), "Not now (10 min)")

    expect(message(page, "snoozed to")).to_be_visible()


def test_a_page_is_answered_in_the_direct_message_and_the_channel_shows_it(scene: BrowserEnv) -> None:
    scene.declare()
    scene.type("mira", "escalate @olu because we need a decision on the fraud rules")
    olu, mira = scene.see("olu", "general"), scene.see("mira")
    olu.get_by_test_id("app").click()
    olu.get_by_test_id("tab-messages").click()
    call = message(olu, "needs your help on INC-2026-0001")
    expect(call).to_contain_text("we need a decision on the fraud rules")

    press(call, "I have it")

    expect(message(olu, "You have it")).to_be_visible()
    expect(message(mira, "Olu Adeyemi has it.")).to_be_visible()
