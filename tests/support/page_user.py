"""What a person does with mouse and keyboard in the page of the pretend workspace. Knows the page, and nothing of Muster."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def command(page: Page, line: str) -> None:
    """Type a line into the composer and send it."""
    page.get_by_test_id("channel").get_by_test_id("composer").fill(line)
    page.get_by_test_id("channel").get_by_test_id("composer").press("Enter")


def message(page: Page, words: str) -> Locator:
    """Find the last message with these words in it."""
    return page.get_by_test_id("message").filter(has_text=words).last


def aside(page: Page, words: str) -> Locator:
    """Find the last answer with these words that no one else sees."""
    return page.get_by_test_id("ephemeral").filter(has_text=words).last


def press(within: Locator, name: str) -> None:
    """Press a button by its words."""
    within.get_by_role("button", name=name, exact=True).click()


def block(page: Page, name: str) -> Locator:
    """Find a field of the form that is open."""
    return page.get_by_test_id("modal").locator(f".block[data-block-id={name}]")


def write(page: Page, name: str, text: str) -> None:
    """Write into a field of the form."""
    block(page, name).locator("input, textarea").first.fill(text)


def tick(page: Page, name: str, *options: str) -> None:
    """Choose by radio button or check box."""
    for option in options:
        block(page, name).get_by_label(option).check()


def pick(page: Page, name: str, option: str) -> None:
    """Choose from a list."""
    block(page, name).get_by_role("combobox").click()
    page.get_by_role("option", name=option).first.click()


def send(page: Page) -> None:
    """Send the form, and wait until it is gone."""
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)


def menu(page: Page, on: Locator, shortcut: str) -> None:
    """Choose a shortcut from a message's menu."""
    on.hover()
    on.get_by_test_id("tool-more").click()
    page.get_by_test_id(f"shortcut-{shortcut}").click()


def go(page: Page, channel: str) -> None:
    """Go to the channel whose name begins like this."""
    page.locator(f"[data-channel-name^='{channel}']").click()
    expect(page.get_by_test_id("channel")).to_be_visible()
