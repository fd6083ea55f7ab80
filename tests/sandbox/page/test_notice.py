"""The notice of the host over the page: the page goes along to its channel, and what it links is served."""

from pathlib import Path
from typing import Literal
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Notice
from tests.sandbox.page.conftest import See
from tests.support.browser import BrowserDesk


def opened(desk: BrowserDesk, sandbox: Sandbox) -> Page:
    """Open the page as its address is printed: as a person, in no channel."""
    page = desk.open(f"{sandbox.page_url}?as={sandbox.workspace.find_person('ann').id}")
    page.get_by_test_id("you-are").wait_for()
    return page


def channel(sandbox: Sandbox, name: str) -> str:
    return sandbox.workspace.find_channel(name).id


@pytest.mark.browser
def test_the_page_goes_along_with_the_notice(desk: BrowserDesk, sandbox: Sandbox) -> None:
    general, ops = channel(sandbox, "general"), channel(sandbox, "ops")
    sandbox.show_notice(Notice("Watch", f"It begins in <#{general}>.", channel=general))
    page = opened(desk, sandbox)
    expect(page.get_by_test_id("notice")).to_contain_text("It begins in #general")

    sandbox.show_notice(Notice("Your turn", f"It goes on in <#{ops}>.", ("Type `/help-me`.",), channel=ops))

    expect(page.get_by_test_id("channel")).to_have_attribute("data-channel", ops)
    expect(page.get_by_test_id("notice").get_by_role("listitem")).to_have_text("Type /help-me.")
    page.get_by_role("button", name="Close the notice").click()
    expect(page.get_by_test_id("notice")).to_have_count(0)


@pytest.mark.browser
def test_the_page_stays_with_whoever_writes_or_has_gone_elsewhere(
    see: See, desk: BrowserDesk, sandbox: Sandbox
) -> None:
    general, ops = channel(sandbox, "general"), channel(sandbox, "ops")
    incident = sandbox.actor.create_channel("ben", "incident")
    sandbox.show_notice(Notice("Watch", "here", channel=general))
    writes, elsewhere = opened(desk, sandbox), see("ann", "ops")
    writes.get_by_test_id("composer").fill("I think")

    sandbox.show_notice(Notice("Watch on", "there", channel=incident))

    for page, stays in ((writes, general), (elsewhere, ops)):
        expect(page.get_by_test_id("notice")).to_contain_text("there")
        expect(page.get_by_test_id("channel")).to_have_attribute("data-channel", stays)


# By how much each text is wider than its place.
MEASURE = """() => [...document.querySelectorAll(".notice-words, .intro, .closed-foot")]
    .map((one) => one.scrollWidth - one.clientWidth)"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_a_notice_about_a_channel_of_a_long_name_is_readable_and_can_be_closed(
    desk: BrowserDesk, sandbox: Sandbox, scheme: Literal["light", "dark"]
) -> None:
    long = sandbox.actor.create_channel("ben", "inc-2026-0002-" + "a" * 60)
    steps = tuple(f"Type `/help-me {step}`, and watch how the message in <#{long}> changes." for step in "abcdef")
    sandbox.show_notice(Notice("Your turn", f"It goes on in <#{long}>.", steps, channel=long))
    page = desk.open(f"{sandbox.page_url}?as={sandbox.workspace.find_person('ann').id}&channel={long}", 390, 844)
    page.emulate_media(color_scheme=scheme)

    page.get_by_text("What to try").click()
    page.get_by_test_id("notice").get_by_role("listitem").last.scroll_into_view_if_needed()

    assert page.evaluate(MEASURE) == [0, 0, 0]
    page.get_by_test_id("join").click(trial=True)
    page.get_by_role("button", name="Close the notice").click()
    expect(page.get_by_test_id("notice")).to_have_count(0)


def test_a_shared_folder_is_served_and_nothing_beside_it(sandbox: Sandbox, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "index.html").write_text("<p>read me</p>")
    (tmp_path / "secret.txt").write_text("secret")
    (shared / "out.txt").symlink_to(tmp_path / "secret.txt")
    sandbox.share_folder("record", shared)
    address = f"{sandbox.page_url}shared/record/"

    with urlopen(f"{address}index.html") as response:
        assert response.read() == b"<p>read me</p>"
        assert response.headers["Content-Type"].startswith("text/html")
    for name in ("%2e%2e/secret.txt", "out.txt", "none.html", ""):
        with pytest.raises(HTTPError, match="404"):
            urlopen(address + name)
