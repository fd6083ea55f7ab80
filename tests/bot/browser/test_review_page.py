"""After an incident in a real browser: the review is held, written in its form, and approved by another person."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser_env import BrowserEnv
from tests.support.page_user import command, message, press, send, write

pytestmark = pytest.mark.browser


def answer(page: Page, words: str) -> Locator:
    return page.get_by_test_id("ephemeral").filter(has_text=words).last


def test_a_review_goes_from_its_meeting_to_its_approval(stood: BrowserEnv) -> None:
    stood.declare()
    for line in (
        "take commander",
        "decide Switch the fraud rules off",
        "restored payments at their normal rate",
        "resolve fix fraud rules of this morning switched off, pool back to a third",
        "review @ada tomorrow 10:00",
    ):
        stood.type("tomas", line)
    stood.after(24 * 60)
    stood.type("ada", 'review held with="Ada, Ken" because we agreed on the cause')
    stood.run()
    page = stood.see("ada")

    command(page, "/incident review")
    write(page, "what_happened", "The new fraud rules took every connection (E9)")
    write(page, "went_well", "The switch was ready")
    write(page, "went_badly", "No one watched the pool")
    send(page)
    command(page, "/incident agenda")
    expect(answer(page, "Switch the fraud rules off")).to_contain_text("[E1]")
    command(page, "/incident review submit")
    expect(answer(page, "Another person approves it")).to_be_visible()
    command(page, "/incident review approve")
    expect(answer(page, "Not approved: you wrote or submitted it")).to_be_visible()

    owner = stood.see("olu")
    asked = message(owner, "The review waits for your approval")
    press(asked, "Approve")
    expect(message(owner, "The review is approved by")).to_be_visible()
