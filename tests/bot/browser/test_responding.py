"""Responding in a real browser: command by a button, the action menu, pins and shortcuts, threads, joining late."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_env import BrowserEnv
from tests.support.page_user import aside, command, menu, message, pick, press, send, write

pytestmark = pytest.mark.browser


def timeline(page: Page) -> str:
    """Type the timeline command and return the reply."""
    command(page, "/incident timeline")
    answer = aside(page, "declared")
    expect(answer).to_be_visible()
    return answer.inner_text()


def test_command_is_taken_from_the_card_and_every_page_shows_it(scene: BrowserEnv) -> None:
    scene.declare()
    ken, mira = scene.see("ken"), scene.see("mira")
    card = message(mira, "React with")

    press(message(ken, "React with"), "Take command")

    expect(message(mira, "Ken Watanabe is commander.")).to_be_visible()
    expect(card).to_contain_text("Commander Ken Watanabe")
    expect(card.get_by_role("button", name="Take command")).to_have_count(0)
    expect(mira.get_by_test_id("topic")).to_contain_text("Commander: Ken Watanabe")
    ken.get_by_test_id("app").click()
    ken.get_by_test_id("tab-messages").click()
    expect(message(ken, "You are commander of INC-2026-0001.")).to_be_visible()


def test_the_action_menu_opens_a_form_and_its_list_every_other_action(scene: BrowserEnv) -> None:
    scene.declare()
    page = scene.see("mira")

    command(page, "/incident")
    action_menu = aside(page, "What's next")
    press(action_menu, "Decision")
    write(page, "text", "roll back the release")
    write(page, "rationale", "errors began with it")
    send(page)
    expect(message(page, "Decision D1")).to_contain_text("roll back the release · because: errors began with it")

    action_menu.locator("button[data-action-id=more]").click()
    page.get_by_role("option", name="Record a temporary fix").click()
    expect(page.get_by_test_id("modal")).not_to_contain_text("How you know it is removed")
    write(page, "text", "traffic goes to the old pool")
    send(page)
    expect(message(page, "Temporary fix TF1")).to_contain_text("traffic goes to the old pool")

    action_menu.locator("button[data-action-id=more]").click()
    page.get_by_role("option", name="Which updates are due").click()
    expect(aside(page, "responders by")).to_be_visible()


def test_a_pushpin_adds_a_message_to_the_timeline_with_its_text_at_that_time(scene: BrowserEnv) -> None:
    scene.declare()
    message_ts = scene.say("mira", "gateway says 402 idempotency conflict")
    scene.say("mira", "brb, coffee")
    page = scene.see("ken")

    scene.mark("ken", message_ts)
    scene.actor.edit(scene.stage.users["mira"], scene.place(), message_ts, "gateway says nothing")
    scene.stage.settle()

    written = timeline(page)
    assert "observation gateway says 402 idempotency conflict" in written
    assert "coffee" not in written
    expect(message(page, "gateway says nothing")).to_contain_text("📌")


def test_the_menu_of_a_message_adds_to_the_timeline_a_decision_or_an_action(scene: BrowserEnv) -> None:
    scene.declare()
    scene.say("tomas", "pool is full")
    scene.say("tomas", "we roll back now")
    scene.say("tomas", "somebody tell support")
    page = scene.see("mira")

    menu(page, message(page, "pool is full"), "timeline_add")
    expect(aside(page, "On the timeline as entry")).to_be_visible()
    menu(page, message(page, "we roll back now"), "decision_add")
    send(page)
    expect(message(page, "Decision D1 by Mira Novak: we roll back now")).to_be_visible()
    menu(page, message(page, "somebody tell support"), "action_add")
    pick(page, "assignee", "Ada Lindgren")
    send(page)
    expect(message(page, "Action A1 for @Ada Lindgren: somebody tell support")).to_be_visible()

    assert "Tomás Reyes · observation pool is full" in timeline(page)


def test_a_reply_in_a_thread_is_recorded_from_its_menu_too(scene: BrowserEnv) -> None:
    scene.declare()
    parent = scene.say("tomas", "database first, everything else here")
    scene.say("ken", "connections are at 100 percent", thread=parent)
    page = scene.see("mira", thread=parent)
    thread = page.get_by_test_id("thread")

    menu(page, thread.get_by_test_id("message").filter(has_text="connections are at"), "timeline_add")
    expect(thread.get_by_test_id("ephemeral").or_(page.get_by_test_id("ephemeral")).first).to_contain_text(
        "On the timeline as entry"
    )
    menu(page, thread.get_by_test_id("message").filter(has_text="connections are at"), "decision_add")
    send(page)

    expect(message(page, "Decision D1 by Mira Novak: connections are at 100 percent")).to_be_visible()
    assert "Ken Watanabe · observation connections are at 100 percent" in timeline(page)


def test_a_late_joiner_gets_a_catch_up_brief(stood: BrowserEnv) -> None:
    stood.declare()
    stood.type("tomas", "take commander")
    stood.type("tomas", "decide roll back because errors began with the release")
    stood.after(20)
    stood.run()
    page = stood.see("olu")

    page.get_by_role("button", name="Join").click()

    read_in = aside(page, "Welcome to INC-2026-0001.")
    expect(read_in).to_contain_text("commander Tomás Reyes")
    expect(read_in).to_contain_text("D1 roll back · because: errors began with the release")
