"""A pretend workspace with a small app, and pages opened as a person."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from sandbox.pretend_workspace import Sandbox
from tests.support.browser import BrowserDesk
from tests.support.sample_app import SampleApp, sample_workspace

See = Callable[..., Page]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sample_workspace() as sandbox:
        bot = sandbox.workspace.bot.id
        sandbox.actor.invite("ann", "general", bot)
        yield sandbox


@pytest.fixture
def helper(sandbox: Sandbox) -> Iterator[SampleApp]:
    with SampleApp(sandbox) as helper:
        assert sandbox.wait_for_socket()
        yield helper


@pytest.fixture
def see(desk: BrowserDesk, sandbox: Sandbox, helper: SampleApp) -> See:
    """Open the page as a person in a channel, and wait until it is loaded."""

    def see(who: str = "ann", channel: str = "general", **query: str) -> Page:
        ws = sandbox.workspace
        where = {"as": ws.find_person(who).id, "channel": ws.find_channel(channel).id} | query
        page = desk.open(sandbox.page_url + "?" + "&".join(f"{key}={value}" for key, value in where.items()))
        page.get_by_test_id("you-are").wait_for()
        return page

    return see
