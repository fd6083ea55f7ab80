"""Every type of block and element on the page, and the actions that they send."""

from queue import Queue
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sandbox.pretend_workspace import Sandbox
from sandbox.state.mutations import message_mutations, view_mutations
from tests.sandbox.page.conftest import See
from tests.support.sample_app import HOSTILE, SampleApp, field, option

pytestmark = pytest.mark.browser


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def element(type_: str, action_id: str = "v", **more: Any) -> dict[str, Any]:
    return {"type": type_, "action_id": action_id, **more}


SHOWN: list[dict[str, Any]] = [
    {"type": "header", "block_id": "header", "text": plain(":bell: " + HOSTILE)},
    {"type": "divider", "block_id": "divider"},
    {
        "type": "section",
        "block_id": "fields",
        "fields": [{"type": "mrkdwn", "text": "*Left*\nlow"}, plain("*Right*")],
        "accessory": element("button", "open", text=plain("Docs"), url="https://docs.example"),
    },
    {"type": "context", "block_id": "context", "elements": [{"type": "mrkdwn", "text": "_quiet_"}]},
    {"type": "image", "block_id": "image", "image_url": "https://elsewhere.example/x.png", "alt_text": "a chart"},
    {
        "type": "table",
        "block_id": "table",
        "rows": [[{"type": "raw_text", "text": "Who"}], [{"type": "raw_text", "text": HOSTILE}]],
    },
    {
        "type": "rich_text",
        "block_id": "rich",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "first", "style": {"bold": True}}],
                    }
                ],
            }
        ],
    },
    {"type": "video", "block_id": "video"},
]

INPUTS = [
    field("text", "Text", element("plain_text_input", multiline=True, min_length=3)),
    field("radio", "Radio", element("radio_buttons", options=[option("a", "A"), option("b", HOSTILE)])),
    field("boxes", "Boxes", element("checkboxes", options=[option("x", "X"), option("y", "Y")])),
    field("date", "Date", element("datepicker")),
    field("time", "Time", element("timepicker", initial_time="09:30")),
    field("moment", "Moment", element("datetimepicker")),
    field("user", "User", element("users_select")),
    field("users", "Users", element("multi_users_select")),
    field("channel", "Channel", element("channels_select")),
    field("place", "Place", element("conversations_select")),
    field("many", "Many", element("multi_static_select", options=[option("1", "One"), option("2", "Two")])),
    field("spare", "Spare", element("plain_text_input"), optional=True),
]


def post(sandbox: Sandbox, blocks: list[dict[str, Any]]) -> None:
    ws = sandbox.workspace
    with ws.lock:
        message_mutations.post(ws, ws.find_channel("general"), ws.bot.id, "blocks", blocks=blocks)
    sandbox.wire_log.mark_changed()


def block(page: Page, block_id: str) -> Any:
    return page.locator(f".block[data-block-id={block_id}]")


def pick(page: Page, block_id: str, *names: str) -> None:
    block(page, block_id).get_by_role("combobox").click()
    for name in names:
        page.get_by_role("option", name=name).click()
    if page.get_by_test_id("popover").count():
        page.keyboard.press("Escape")


def test_every_block_is_rendered_without_markup_of_its_text(see: See, sandbox: Sandbox) -> None:
    post(sandbox, SHOWN)
    page = see()

    expect(block(page, "header")).to_contain_text(f"🔔 {HOSTILE}")
    expect(block(page, "fields").locator("strong")).to_have_text("Left")
    expect(block(page, "fields").locator(".section-field").nth(1)).to_have_text("*Right*")
    expect(block(page, "fields").get_by_role("link")).to_have_attribute("href", "https://docs.example")
    expect(block(page, "context").locator("em")).to_have_text("quiet")
    expect(block(page, "image")).to_contain_text("a chart")
    expect(block(page, "table").locator("td")).to_have_text(HOSTILE)
    expect(block(page, "rich").locator("ol li strong")).to_have_text("first")
    expect(block(page, "video")).to_contain_text("does not draw “video”")
    assert page.locator("img").count() == 0
    assert "owned" not in page.title()


def test_a_form_with_every_type_of_input_sends_its_values(see: See, sandbox: Sandbox, helper: SampleApp) -> None:
    ws, got = sandbox.workspace, []
    helper.app.view("every")(lambda ack, view: (got.append(view["state"]["values"]), ack()))
    ann, ben = ws.find_person("ann").id, ws.find_person("ben").id
    with ws.lock:
        view_mutations.open_modal(
            ws, ann, {"callback_id": "every", "title": plain("All"), "submit": plain("Go"), "blocks": INPUTS}, "t"
        )
    page = see()

    block(page, "text").locator("textarea").fill("three & more")
    block(page, "radio").get_by_role("radio").nth(1).check()
    block(page, "boxes").get_by_role("checkbox").nth(1).check()
    block(page, "boxes").get_by_role("checkbox").nth(0).check()
    block(page, "date").locator("input").fill("2026-02-03")
    block(page, "moment").locator("input").fill("2026-02-03T10:00")
    pick(page, "user", "Ben Baker")
    pick(page, "users", "Ann Archer", "Ben Baker")
    pick(page, "channel", "ops")
    pick(page, "place", "general")
    pick(page, "many", "Two")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)

    sent = {block_id: {k: v for k, v in value["v"].items() if k != "type"} for block_id, value in got[0].items()}
    assert sent == {
        "text": {"value": "three & more"},
        "radio": {"selected_option": option("b", HOSTILE)},
        "boxes": {"selected_options": [option("x", "X"), option("y", "Y")]},
        "date": {"selected_date": "2026-02-03"},
        "time": {"selected_time": "09:30"},
        "moment": {"selected_date_time": 1_770_109_200},
        "user": {"selected_user": ben},
        "users": {"selected_users": [ann, ben]},
        "channel": {"selected_channel": ws.find_channel("ops").id},
        "place": {"selected_conversation": ws.find_channel("general").id},
        "many": {"selected_options": [option("2", "Two")]},
        "spare": {"value": None},
    }


def test_a_selection_in_a_message_is_sent_to_the_app(see: See, sandbox: Sandbox, helper: SampleApp) -> None:
    got: Queue[Any] = Queue()
    helper.app.action("choose")(lambda ack, action: (got.put(action), ack()))
    helper.app.action("menu")(lambda ack, action: (got.put(action), ack()))
    choices = [option("1", "One"), option("2", "Two")]
    elements = [element("static_select", "choose", options=choices), element("overflow", "menu", options=choices)]
    post(sandbox, [{"type": "actions", "block_id": "acts", "elements": elements}])
    page = see()

    page.locator("button[data-action-id=choose]").click()
    page.get_by_role("option", name="Two").click()
    page.locator("button[data-action-id=menu]").click()
    page.get_by_role("menuitem", name="One").click()

    expect(page.locator("button[data-action-id=choose]")).to_contain_text("Two")
    assert [got.get(timeout=5)["selected_option"]["value"] for _ in range(2)] == ["2", "1"]


def test_a_text_that_is_too_short_is_not_sent(see: See, sandbox: Sandbox, helper: SampleApp) -> None:
    ws = sandbox.workspace
    with ws.lock:
        spec = {"callback_id": "form", "title": plain("One"), "submit": plain("Go"), "blocks": INPUTS[:1]}
        view_mutations.open_modal(ws, ws.find_person("ann").id, spec, "t")
    page = see()

    block(page, "text").locator("textarea").fill("no")
    page.get_by_test_id("submit").click()

    expect(block(page, "text")).to_contain_text("Please write at least 3 characters.")
    assert helper.received == []
