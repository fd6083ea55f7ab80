"""Navigation: links to a message, channels of others, archived channels, stacked forms, the app's messages."""

from typing import Any

import pytest
from playwright.sync_api import expect

from sandbox.pretend_workspace import Sandbox
from sandbox.state.mutations import view_mutations
from tests.sandbox.page.conftest import See
from tests.support.sample_app import SampleApp, form

pytestmark = pytest.mark.browser


def test_a_link_opens_at_its_message_as_its_person(see: See, sandbox: Sandbox) -> None:
    timestamps = [sandbox.actor.post("ben", "general", f"line {n}") for n in range(80)]

    page = see("ben", ts=timestamps[5])

    wanted = page.locator(f"[data-ts='{timestamps[5]}']")
    expect(wanted).to_be_in_viewport()
    expect(wanted).to_have_class("message flash")
    expect(page.get_by_test_id("you-are")).to_contain_text("Ben Baker")


def test_a_permalink_in_a_message_opens_within_the_page(see: See, sandbox: Sandbox) -> None:
    ts = sandbox.actor.post("ben", "ops", "the cause")
    channel = sandbox.workspace.find_channel("ops").id
    link = f"{sandbox.page_url}archives/{channel}/p{ts.replace('.', '')}"
    sandbox.actor.post("ben", "general", f"<{link}|look here>")
    page = see("ann")
    page.get_by_test_id("composer").fill("unsent")

    page.get_by_role("link", name="look here").click()
    expect(page.locator(f"[data-ts='{ts}']")).to_be_in_viewport()
    page.locator("[data-channel-name=general]").click()

    expect(page.get_by_test_id("composer")).to_have_value("unsent")


def test_a_channel_offers_non_members_to_join(see: See, sandbox: Sandbox) -> None:
    made = sandbox.actor.create_channel("ben", "war-room")
    page = see("ann", made)
    expect(page.get_by_test_id("composer")).to_have_count(0)

    page.get_by_test_id("join").click()

    expect(page.get_by_test_id("composer")).to_be_visible()
    assert sandbox.workspace.find_person("ann").id in sandbox.workspace.find_channel(made).members


def test_a_private_channels_name_is_hidden_from_non_members(see: See, sandbox: Sandbox) -> None:
    made = sandbox.actor.create_channel("ben", "secret-room", private=True)
    sandbox.actor.post("ben", "general", f"over in <#{made}|>")

    page = see("ann", "general")

    expect(page.get_by_test_id("message")).to_contain_text("private channel")
    assert "secret-room" not in page.content()


def test_an_archived_channel_is_read_only(see: See, sandbox: Sandbox) -> None:
    sandbox.actor.post("ben", "ops", "the end")
    sandbox.actor.archive("ben", "ops")

    page = see("ann", "ops")

    expect(page.get_by_test_id("message")).to_contain_text("the end")
    expect(page.get_by_test_id("composer")).to_have_count(0)
    page.get_by_test_id("message").hover()
    expect(page.get_by_test_id("tool-react")).to_have_count(0)


def test_closing_a_pushed_form_shows_the_form_below_unchanged(see: See, sandbox: Sandbox) -> None:
    ws = sandbox.workspace
    ann, channel = ws.find_person("ann").id, ws.find_channel("general").id
    above: dict[str, Any] = form(channel) | {"title": {"type": "plain_text", "text": "Above"}}
    with ws.lock:
        view_mutations.open_modal(ws, ann, form(channel), "t")
    page = see("ann")
    page.locator("input[data-block-id=title]").fill("below")

    with ws.lock:
        view_mutations.push(ws, ann, above)
    sandbox.wire_log.mark_changed()
    expect(page.get_by_test_id("modal-title")).to_have_text("Above")
    expect(page.locator("input[data-block-id=title]")).to_have_value("")
    page.get_by_test_id("modal-cancel").click()

    expect(page.get_by_test_id("modal-title")).to_have_text("Tell us")
    expect(page.locator("input[data-block-id=title]")).to_have_value("below")


def test_the_focus_cannot_leave_an_open_form(see: See, sandbox: Sandbox) -> None:
    ws = sandbox.workspace
    with ws.lock:
        view_mutations.open_modal(ws, ws.find_person("ann").id, form("C0000001"), "t")
    page = see("ann")
    expect(page.get_by_test_id("modal")).to_be_visible()

    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("Boolean(document.activeElement.closest('[data-testid=modal]'))")


def test_a_read_only_messages_tab_offers_buttons_and_no_composer(see: See, helper: SampleApp) -> None:
    page = see("ann")
    page.get_by_test_id("app").click()

    page.get_by_test_id("tab-messages").click()

    expect(page.get_by_text("Sampleapp writes here and reads nothing.")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_have_count(0)


def test_the_page_fits_a_small_screen_with_thread_and_wire_open(see: See, sandbox: Sandbox) -> None:
    ts = sandbox.actor.post("ben", "general", "a very-long-word-" + "x" * 200)
    page = see("ann", thread=ts)
    page.set_viewport_size({"width": 1280, "height": 800})

    page.get_by_test_id("drawer-toggle").click()
    expect(page.get_by_test_id("drawer")).to_be_visible()

    for part in ("composer", "thread-composer", "drawer", "you-are"):
        expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_ctrl_k_jumps_to_a_channel_and_to_being_somebody_else(see: See) -> None:
    page = see("ann", "general")

    page.keyboard.press("Control+k")
    page.keyboard.type("ops")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("channel").get_by_role("heading", name="ops", exact=True).first).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("baker")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("you-are")).to_contain_text("Ben Baker")


def test_on_a_telephone_the_column_is_a_drawer(see: See, sandbox: Sandbox) -> None:
    page = see("ann", "general")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_test_id("you-are")).not_to_be_visible()
    expect(page.get_by_test_id("composer")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    sandbox.actor.post("ben", "ops", f"<@{sandbox.workspace.find_person('ann').id}>")
    toggle = page.get_by_role("button", name="Channels and people, 1 for you")

    toggle.click()
    page.locator("[data-channel-name=ops]").click()
    expect(page.get_by_test_id("channel")).to_have_attribute("data-channel", sandbox.workspace.find_channel("ops").id)
    expect(page.get_by_test_id("you-are")).not_to_be_visible()
    page.get_by_test_id("open-sidebar").click()
    expect(page.get_by_test_id("you-are")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_test_id("you-are")).not_to_be_visible()
    expect(page.get_by_test_id("open-sidebar")).to_be_focused()


def test_the_page_is_dark_where_the_machine_is_until_one_chooses(see: See) -> None:
    page = see("ann")
    background = "getComputedStyle(document.querySelector('.stage')).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(background)

    page.get_by_role("button", name="Light", exact=True).click()

    assert dark != light
    assert page.evaluate(background) == light
    page.reload()
    page.get_by_test_id("you-are").wait_for()
    assert page.evaluate(background) == light
