"""Conversation on the page: messages, threads, reactions, edits, other people, live updates, hostile text."""

import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.pretend_workspace import Sandbox
from tests.sandbox.page.conftest import See
from tests.support.sample_app import ESCAPED, HOSTILE

pytestmark = pytest.mark.browser


def say(page: Page, text: str, composer: str = "composer") -> None:
    page.get_by_test_id(composer).fill(text)
    page.get_by_test_id(composer).press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.get_by_test_id("message").filter(has_text=text)


def test_a_message_appears_for_everyone_at_once(see: See, sandbox: Sandbox) -> None:
    ann, ben = see("ann"), see("ben")

    say(ann, "Is *checkout* slow?")

    expect(message(ben, "Is checkout slow?").locator("strong", has_text="checkout")).to_be_visible()
    expect(message(ann, "Is checkout slow?")).to_be_visible()
    assert [m.text for m in sandbox.workspace.find_channel("general").messages.values()][-1] == "Is *checkout* slow?"


def test_typed_markup_and_broadcasts_are_shown_as_text(see: See, sandbox: Sandbox) -> None:
    page = see("ann")

    say(page, f"{HOSTILE} <!channel> & more")

    expect(message(page, f"{HOSTILE} <!channel> & more")).to_be_visible()
    stored = list(sandbox.workspace.find_channel("general").messages.values())[-1].text
    assert stored == f"{ESCAPED} &lt;!channel&gt; &amp; more"


def test_hostile_text_never_becomes_markup_in_any_place(see: See, sandbox: Sandbox) -> None:
    """Names, messages, topics, bookmarks and labels are the places that show people's text."""
    said = sandbox.actor.post("eve", "general", HOSTILE)
    sandbox.actor.react("eve", "general", said, HOSTILE)
    channel = sandbox.workspace.find_channel("general")
    channel.topic.value = HOSTILE
    page = see("ann")
    page.get_by_test_id("you-are").click()

    expect(page.get_by_test_id("popover")).to_contain_text(HOSTILE)
    expect(page.get_by_test_id("topic")).to_contain_text("<img")
    expect(message(page, HOSTILE)).to_be_visible()
    assert page.locator("img").count() == 0
    assert "owned" not in page.title()


def test_a_mention_is_completed_and_sent_as_a_reference(see: See, sandbox: Sandbox) -> None:
    page = see("ann")

    page.get_by_test_id("composer").press_sequentially("ask @be")
    expect(page.get_by_test_id("suggestions")).to_contain_text("Ben Baker")
    page.get_by_test_id("composer").press("Enter")
    page.get_by_test_id("composer").press("Enter")

    expect(message(page, "ask @Ben Baker")).to_be_visible()
    ben = sandbox.workspace.find_person("ben").id
    assert list(sandbox.workspace.find_channel("general").messages.values())[-1].text == f"ask <@{ben}>"


def test_a_thread_opens_beside_the_channel_and_takes_replies(see: See, sandbox: Sandbox) -> None:
    ts = sandbox.actor.post("ben", "general", "It is the gateway")
    page = see("ann")

    page.get_by_test_id("message").hover()
    page.get_by_test_id("tool-reply").click()
    say(page, "How do you know?", "thread-composer")

    expect(page.get_by_test_id("thread").get_by_text("How do you know?")).to_be_visible()
    expect(page.get_by_test_id("replies")).to_contain_text("1 reply")
    replies = sandbox.workspace.find_channel("general").threads[ts]
    assert len(replies) == 1


def test_a_pin_and_other_reactions_toggle(see: See, sandbox: Sandbox) -> None:
    ts = sandbox.actor.post("ben", "general", "It is the gateway")
    page = see("ann")

    page.get_by_test_id("message").hover()
    page.get_by_test_id("tool-pushpin").click()
    pin = page.locator("[data-reaction=pushpin]")
    expect(pin).to_have_attribute("aria-pressed", "true")
    pin.click()
    expect(pin).to_have_count(0)
    page.get_by_test_id("message").hover()
    page.get_by_test_id("tool-react").click()
    page.locator("[data-emoji=fire]").first.click()

    expect(page.locator("[data-reaction=fire]")).to_contain_text("1")
    found = sandbox.workspace.find_message(sandbox.workspace.find_channel("general").id, ts)
    assert found is not None
    assert list(found.reactions) == ["fire"]


def test_only_ones_own_messages_offer_to_be_edited_and_deleted(see: See, sandbox: Sandbox) -> None:
    sandbox.actor.post("ben", "general", "from Ben")
    sandbox.actor.post("ann", "general", "from Anm")
    page = see("ann")

    message(page, "from Ben").hover()
    message(page, "from Ben").get_by_test_id("tool-more").click()
    expect(page.get_by_test_id("popover")).to_be_visible()
    expect(page.get_by_test_id("edit-message")).to_have_count(0)
    page.keyboard.press("Escape")
    message(page, "from Anm").hover()
    message(page, "from Anm").get_by_test_id("tool-more").click()
    page.get_by_test_id("edit-message").click()
    page.get_by_test_id("editor").fill("from Ann")
    page.get_by_test_id("editor").press("Enter")
    expect(message(page, "from Ann")).to_contain_text("(edited)")
    message(page, "from Ann").hover()
    message(page, "from Ann").get_by_test_id("tool-more").click()
    page.get_by_test_id("delete-message").click()

    expect(message(page, "from Ann")).to_have_count(0)


def test_switching_the_person_changes_the_address(see: See, sandbox: Sandbox) -> None:
    ben = sandbox.workspace.find_person("ben").id
    page = see("ann")

    page.get_by_test_id("you-are").click()
    page.locator(f".person-row[data-user={ben}]").click()

    expect(page.get_by_test_id("you-are")).to_contain_text("Ben Baker")
    expect(page).to_have_url(re.compile(f"as={ben}"))
    say(page, "Ben speaking")
    expect(message(page, "Ben speaking")).to_contain_text("Ben Baker")


def test_unread_channels_are_bold_and_count_mentions_until_they_are_opened(see: See, sandbox: Sandbox) -> None:
    page = see("ann", "general")
    ops = page.locator("[data-channel-name=ops]")
    sandbox.actor.post("ben", "ops", "one")
    expect(ops).to_have_class("place unread")
    expect(ops.locator(".badge")).to_have_count(0)

    sandbox.actor.post("ben", "ops", f"<@{sandbox.workspace.find_person('ann').id}> two")

    expect(ops.locator(".badge")).to_have_text("1")
    ops.click()
    expect(message(page, "two")).to_be_visible()
    page.locator("[data-channel-name=general]").click()

    expect(ops.locator(".badge")).to_have_count(0)


def test_a_live_update_keeps_typed_text_and_focus(see: See, sandbox: Sandbox) -> None:
    page = see("ann")
    page.get_by_test_id("composer").press_sequentially("half a sen")

    sandbox.actor.post("ben", "general", "something new")
    expect(message(page, "something new")).to_be_visible()
    page.keyboard.type("tence")

    expect(page.get_by_test_id("composer")).to_have_value("half a sentence")


def test_a_reader_who_has_scrolled_up_stays_there(see: See, sandbox: Sandbox) -> None:
    for n in range(60):
        sandbox.actor.post("ben" if n % 2 else "ann", "general", f"line {n}")
    page = see("ann")
    expect(message(page, "line 59")).to_be_in_viewport()
    page.wait_for_timeout(300)  # The page has gone to its end for the last time only when its first drawing is done.
    page.get_by_test_id("messages").evaluate(
        "el => new Promise(done => { el.addEventListener('scroll', done, { once: true }); el.scrollTop = 100 })"
    )

    sandbox.actor.post("ben", "general", "the newest")
    expect(message(page, "the newest")).to_be_attached()

    assert page.get_by_test_id("messages").evaluate("el => el.scrollTop") == 100
    expect(message(page, "the newest")).not_to_be_in_viewport()


def test_arrow_up_in_an_empty_composer_edits_ones_last_message(see: See, sandbox: Sandbox) -> None:
    for who, text in (("ann", "first"), ("ann", "frist"), ("ben", "mine")):
        sandbox.actor.post(who, "general", text)
    page = see("ann")
    expect(message(page, "mine")).to_be_visible()

    page.get_by_test_id("composer").press("ArrowUp")
    expect(page.get_by_test_id("editor")).to_have_value("frist")
    page.get_by_test_id("editor").fill("second")
    page.get_by_test_id("editor").press("Enter")

    expect(message(page, "second")).to_contain_text("(edited)")
    expect(page.get_by_test_id("composer")).to_be_focused()
    page.keyboard.type("x")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("editor")).to_have_count(0)


def test_times_are_in_the_zone_of_the_person_not_of_the_browser(see: See, sandbox: Sandbox) -> None:
    sandbox.actor.post("ben", "general", "now")
    at = sandbox.clock.now()

    for who, zone in (("ann", "Europe/Berlin"), ("ben", "Europe/London")):
        here = at.astimezone(ZoneInfo(zone))
        expect(message(see(who), "now").locator("time")).to_have_text(f"{here:%H:%M}")


def test_a_typed_moment_is_one_of_the_persons_zone(see: See) -> None:
    """Also on the days when clocks change: in Berlin 02:30 is skipped in March, and comes twice in October."""
    page = see("ann")
    typed = {
        "2026-02-03T10:00": "2026-02-03T09:00:00Z",
        "2026-06-09T03:52": "2026-06-09T01:52:00Z",
        "2026-10-25T02:30": "2026-10-25T00:30:00Z",
        "2026-10-25T03:30": "2026-10-25T02:30:00Z",
        "2026-03-29T03:30": "2026-03-29T01:30:00Z",
        "2026-03-29T02:30": "2026-03-29T01:30:00Z",
    }

    read = page.evaluate(
        """async (typed) => {
          const { momentOf } = await import("/ui/static/js/dates.js");
          return typed.map((one) => new Date(momentOf(one) * 1000).toISOString().replace(".000", ""));
        }""",
        list(typed),
    )

    assert dict(zip(typed, read, strict=True)) == typed
