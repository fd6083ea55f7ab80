"""The app on the page: commands, forms, buttons, shortcuts, ephemeral responses, the Home tab, the wire drawer."""

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.pretend_workspace import Sandbox
from tests.sandbox.page.conftest import See
from tests.support.sample_app import HOSTILE, SampleApp
from tests.support.wait import until

pytestmark = pytest.mark.browser


def command(page: Page, line: str) -> None:
    page.get_by_test_id("composer").fill(line)
    page.get_by_test_id("composer").press("Enter")


def open_form(page: Page) -> None:
    command(page, "/help-me form")
    expect(page.get_by_test_id("modal")).to_be_visible()


def title(page: Page) -> Locator:
    return page.locator("input[data-block-id=title]")


def choose(page: Page, block: str, text: str) -> None:
    page.locator(f"button[data-block-id={block}]").click()
    page.get_by_role("option", name=text).first.click()


def test_a_slash_offers_the_apps_commands_with_their_hints(see: See) -> None:
    page = see()

    page.get_by_test_id("composer").press_sequentially("/he")

    expect(page.get_by_test_id("suggestions")).to_contain_text("Ask the helper")
    expect(page.get_by_test_id("suggestions")).to_contain_text("[form | slow | words]")
    page.get_by_test_id("composer").press("Tab")
    expect(page.get_by_test_id("composer")).to_have_value("/help-me ")


def test_a_command_typed_whole_is_sent_by_one_enter(see: See, helper: SampleApp, sandbox: Sandbox) -> None:
    page = see()

    page.get_by_test_id("composer").press_sequentially("/hush")
    expect(page.get_by_test_id("suggestions").get_by_role("option")).to_have_count(2)
    page.get_by_test_id("composer").press("Enter")

    expect(page.get_by_test_id("composer")).to_have_value("")
    until(lambda: [one.name for one in sandbox.wire_log.since(0) if one.kind == "ack"] == ["/hush"], "the command")


def test_a_response_to_a_command_is_visible_only_to_its_author(see: See, helper: SampleApp, sandbox: Sandbox) -> None:
    ann, ben = see("ann"), see("ben")

    command(ann, "/help-me tell @ben <b>now</b>")

    expect(ann.get_by_test_id("ephemeral")).to_contain_text("Only visible to you")
    expect(ann.get_by_test_id("ephemeral")).to_contain_text("You said: tell @Ben Baker <b>now</b>")
    expect(ben.get_by_test_id("ephemeral")).to_have_count(0)
    assert helper.received[0]["text"] == f"tell <@{sandbox.workspace.find_person('ben').id}> &lt;b&gt;now&lt;/b&gt;"


def test_a_command_that_times_out_shows_an_error_and_keeps_the_text(see: See) -> None:
    page = see()

    command(page, "/help-me slow")

    expect(page.get_by_test_id("composer-error")).to_contain_text("/help-me failed with the error “operation_timeout”")
    expect(page.get_by_test_id("composer")).to_have_value("/help-me slow")


def test_an_unknown_command_is_rejected_by_the_page(see: See, helper: SampleApp) -> None:
    page = see()

    command(page, "/nonsense now")

    expect(page.get_by_test_id("composer-error")).to_contain_text("/nonsense is not a valid command")
    assert helper.received == []


def test_a_form_shows_missing_inputs_then_errors_and_then_closes(see: See, helper: SampleApp) -> None:
    page = see()
    open_form(page)
    expect(title(page)).to_be_focused()

    page.get_by_test_id("submit").click()
    expect(page.locator("[data-block-id=title] .input-error")).to_contain_text("Please complete this required field")
    title(page).fill("nothing at all")
    choose(page, "how_bad", "Everybody")
    choose(page, "who", "Ben Baker")
    page.keyboard.press("Escape")
    page.get_by_test_id("submit").click()
    expect(page.locator("[data-block-id=title] .input-error")).to_contain_text("Nothing is never broken.")
    title(page).fill("Checkout fails")
    page.get_by_test_id("submit").click()

    expect(page.get_by_test_id("modal")).to_have_count(0)
    expect(page.get_by_test_id("message").filter(has_text="Something is broken")).to_be_visible()
    assert helper.received[-1]["title"]["v"]["value"] == "Checkout fails"
    assert helper.received[-1]["how_bad"]["v"]["selected_option"]["value"] == "1"
    assert len(helper.received[-1]["who"]["v"]["selected_users"]) == 1


def test_an_option_with_markup_is_shown_as_text(see: See) -> None:
    page = see()
    open_form(page)

    choose(page, "how_bad", HOSTILE)

    expect(page.locator("button[data-block-id=how_bad]")).to_contain_text(HOSTILE)
    assert page.locator("img").count() == 0
    assert "owned" not in page.title()


def test_typed_text_survives_an_update_of_the_form(see: See) -> None:
    page = see()
    open_form(page)
    title(page).fill("Half done")
    choose(page, "how_bad", "Everybody")

    page.locator("[data-action-id=more]").click()
    expect(page.locator("input[data-block-id=since]")).to_be_visible()

    expect(title(page)).to_have_value("Half done")
    expect(page.locator("button[data-block-id=how_bad]")).to_contain_text("Everybody")


def test_an_unacknowledged_form_stays_open_with_its_text(see: See) -> None:
    page = see()
    open_form(page)
    title(page).fill("slow")
    choose(page, "how_bad", "Everybody")

    page.get_by_test_id("submit").click()

    expect(page.get_by_test_id("modal-trouble")).to_have_text("We had some trouble connecting. Try again?")
    expect(title(page)).to_have_value("slow")


def test_escape_closes_a_form(see: See, sandbox: Sandbox) -> None:
    page = see()
    open_form(page)

    page.keyboard.press("Escape")

    expect(page.get_by_test_id("modal")).to_have_count(0)
    assert sandbox.workspace.stack(sandbox.workspace.find_person("ann").id) == []


def test_a_pressed_button_changes_the_message_for_everyone(see: See, helper: SampleApp) -> None:
    ann, ben = see("ann"), see("ben")
    open_form(ann)
    title(ann).fill("Checkout fails")
    choose(ann, "how_bad", "Everybody")
    ann.get_by_test_id("submit").click()

    ben.locator("[data-action-id=take]").click()

    expect(ann.get_by_test_id("message")).to_contain_text("@Ben Baker has it.")
    expect(ann.locator("[data-action-id=take]")).to_have_count(0)


def test_a_button_that_moves_while_it_is_pressed_is_pressed_all_the_same(
    see: See, helper: SampleApp, sandbox: Sandbox
) -> None:
    ann, ben = see("ann"), see("ben")
    open_form(ann)
    title(ann).fill("Checkout fails")
    choose(ann, "how_bad", "Everybody")
    ann.get_by_test_id("submit").click()
    ben.locator("[data-action-id=take]").hover()

    ben.mouse.down()
    for number in range(12):
        sandbox.actor.post("ann", "general", f"it is slow here too {number}")
    expect(ann.get_by_test_id("message").last).to_contain_text("too 11")
    ben.wait_for_timeout(300)
    ben.mouse.up()

    expect(ann.get_by_test_id("message").first).to_contain_text("@Ben Baker has it.")
    expect(ben.get_by_test_id("message").last).to_contain_text("too 11")


def test_a_danger_button_asks_for_confirmation(see: See, helper: SampleApp, sandbox: Sandbox) -> None:
    page = see()
    open_form(page)
    title(page).fill("Checkout fails")
    choose(page, "how_bad", "Everybody")
    page.get_by_test_id("submit").click()

    page.locator("[data-action-id=drop]").click()
    page.get_by_test_id("confirm-no").click()
    expect(page.locator("[data-action-id=drop]")).to_be_visible()
    page.locator("[data-action-id=drop]").click()
    page.get_by_test_id("confirm-yes").click()

    expect(page.locator("[data-action-id=drop]")).to_have_count(0)


def test_shortcuts_are_in_the_message_menu_and_by_the_composer(see: See, sandbox: Sandbox) -> None:
    sandbox.actor.post("ben", "general", "pool is full")
    page = see()

    page.get_by_test_id("message").hover()
    page.get_by_test_id("tool-more").click()
    page.get_by_test_id("shortcut-keep").click()
    expect(page.get_by_test_id("ephemeral")).to_contain_text("Kept: pool is full")
    page.get_by_test_id("shortcuts").click()
    page.get_by_test_id("shortcut-form").click()

    expect(page.get_by_test_id("modal-title")).to_have_text("Tell us")


def test_the_home_tab_is_rendered_each_time_it_is_opened(see: See) -> None:
    page = see()

    page.get_by_test_id("app").click()
    expect(page.get_by_test_id("home")).to_contain_text("Seen 1 times.")
    page.get_by_test_id("tab-about").click()
    expect(page.get_by_text("Ask the helper")).to_be_visible()
    page.get_by_test_id("tab-home").click()

    expect(page.get_by_test_id("home")).to_contain_text("Seen 2 times.")


def test_the_wire_drawer_shows_the_wire_log_and_can_be_searched(see: See) -> None:
    page = see()
    command(page, "/help-me hello")
    expect(page.get_by_test_id("ephemeral")).to_be_visible()
    expect(page.get_by_test_id("drawer")).to_have_count(0)

    page.get_by_test_id("drawer-toggle").click()
    envelope = page.locator("[data-testid=wire-row][data-kind=envelope][data-name='/help-me']")
    expect(envelope).to_have_count(1)
    envelope.click()
    expect(page.locator(".wire-json")).to_contain_text('"text": "hello"')
    page.get_by_test_id("drawer-filter").fill("no such thing")

    expect(page.get_by_test_id("wire-row")).to_have_count(0)
