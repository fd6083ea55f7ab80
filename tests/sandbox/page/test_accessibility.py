"""Everyone can use the page: axe-core finds nothing in any block, input, menu or window, on a screen and on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sandbox.pretend_workspace import Sandbox
from sandbox.state.mutations import message_mutations, view_mutations
from tests.sandbox.page.conftest import See
from tests.support.accessibility import NARROW, violations, violations_at_both_widths
from tests.support.sample_app import HOSTILE, field, option

pytestmark = pytest.mark.browser
CHOICES = [option("1", "One"), option("2", HOSTILE)]
TABLE = [[{"type": "raw_text", "text": "Who is responsible"}], [{"type": "raw_text", "text": "x" * 80}]]
BLOCKS = [
    {"type": "header", "block_id": "h", "text": {"type": "plain_text", "text": ":fire: Broken"}},
    {
        "type": "section",
        "block_id": "s",
        "text": {"type": "mrkdwn", "text": "See <https://x.example|this> *now*, `code`"},
    },
    {"type": "context", "block_id": "c", "elements": [{"type": "mrkdwn", "text": "_quiet_"}]},
    {"type": "table", "block_id": "t", "rows": TABLE},
    {
        "type": "actions",
        "block_id": "a",
        "elements": [
            {"type": "static_select", "action_id": "choose", "options": CHOICES},
            {"type": "overflow", "action_id": "menu", "options": CHOICES},
            {"type": "datepicker", "action_id": "day"},
            {"type": "button", "action_id": "go", "style": "primary", "text": {"type": "plain_text", "text": "Go"}},
        ],
    },
]
INPUTS = [
    field("text", "Text", {"type": "plain_text_input", "multiline": True, "min_length": 3}),
    field("radio", "Radio", {"type": "radio_buttons", "options": CHOICES}),
    field("boxes", "Boxes", {"type": "checkboxes", "options": CHOICES}),
    field("time", "Time", {"type": "timepicker", "focus_on_load": True}),
    field("users", "Users", {"type": "multi_users_select"}),
    field("many", "Many", {"type": "multi_static_select", "options": CHOICES}),
]


def opened(page: Page, open_: Callable[[], None]) -> list[str]:
    """Open a small window, return its violations, and close it."""
    open_()
    expect(page.get_by_test_id("popover")).to_be_visible()
    found = violations(page, "[data-testid=popover]")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("popover")).to_have_count(0)
    return found


def test_every_part_of_the_page_can_be_used_by_keyboard_and_screen_reader(see: See, sandbox: Sandbox) -> None:
    ws = sandbox.workspace
    with ws.lock:
        message_mutations.post(ws, ws.find_channel("general"), ws.bot.id, "blocks", blocks=BLOCKS)
    ts = sandbox.actor.post("ben", "general", f"hello <@{ws.find_person('ann').id}>")
    sandbox.actor.react("ann", "general", ts, "eyes")
    sandbox.actor.post("ann", "general", "a reply", ts)
    sandbox.actor.share_file("ben", "general", "a.png", "look")
    sandbox.actor.post("ben", "ops", "unread")
    page = see("ann", thread=ts)
    expect(page.get_by_test_id("thread")).to_be_visible()
    with_thread = list(violations_at_both_widths(page))
    page.get_by_test_id("thread-close").click()
    channel = list(violations_at_both_widths(page))
    page.get_by_test_id("composer").fill("/h")
    expect(page.get_by_test_id("suggestions")).to_be_visible()
    suggestions = violations(page, "[data-testid=composer-form]")
    page.get_by_test_id("composer").fill("")
    message = page.get_by_test_id("message").filter(has_text="hello").last
    windows = [
        *opened(page, page.get_by_test_id("you-are").click),
        *opened(page, page.get_by_test_id("members").click),
        *opened(page, page.locator("button[data-action-id=choose]").click),
        *opened(page, page.locator("button[data-action-id=menu]").click),
        *opened(page, lambda: (message.hover(), message.get_by_test_id("tool-more").click())),
        *opened(page, page.get_by_role("button", name="Emoji", exact=True).click),
    ]
    page.get_by_test_id("drawer-toggle").click()
    expect(page.get_by_test_id("drawer")).to_be_visible()
    wire = violations(page)

    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    page.get_by_test_id("open-sidebar").click()
    expect(page.get_by_test_id("jump")).to_be_in_viewport(ratio=1)
    windows += [*violations(page), *opened(page, page.get_by_test_id("jump").click)]

    found = {"thread": with_thread, "channel": channel, "suggestions": suggestions, "windows": windows, "wire": wire}
    assert found == {name: [] for name in found}


def test_a_form_and_its_errors_can_be_used_by_keyboard_and_screen_reader(see: See, sandbox: Sandbox) -> None:
    ws = sandbox.workspace
    title = {"type": "plain_text", "text": "All"}
    with ws.lock:
        spec = {"callback_id": "every", "title": title, "submit": title, "blocks": INPUTS}
        view_mutations.open_modal(ws, ws.find_person("ann").id, spec, "t")
    page = see()
    expect(page.locator("input[data-block-id=time]")).to_be_focused()
    form = list(violations_at_both_widths(page))
    page.get_by_test_id("submit").click()
    expect(page.locator(".input-error").first).to_be_visible()

    assert {"form": form, "with errors": list(violations_at_both_widths(page))} == {"form": [], "with errors": []}
