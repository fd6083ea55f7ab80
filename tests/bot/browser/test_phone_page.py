"""A night in a real browser: the phone beside Slack rings, rings out, and an answer that comes late still counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from incident.entries.role_holders import EscalationAnswered
from incident.medium import Medium
from tests.support.browser import BrowserDesk
from tests.support.browser_env import BrowserEnv, browser_env_on
from tests.support.page_user import message, press

pytestmark = pytest.mark.browser


@pytest.fixture
def night(desk: BrowserDesk) -> Iterator[BrowserEnv]:
    with browser_env_on(desk, phones=True) as scene:
        yield scene


def test_a_call_that_rings_out_brings_the_text_message_whose_late_reply_stops_the_next_phone(night: BrowserEnv) -> None:
    night.declare(urgency="1")
    night.type("tomas", "escalate @ken because the pool of connections is full")
    ken = night.see("ken")
    call = ken.get_by_test_id("ring-call")
    expect(call).to_contain_text("Press 4 if you have it")
    beside = night.see("tomas").get_by_test_id("phone")
    expect(beside).to_have_text("Someone else's phone rings: Ken Watanabe.")

    press(call, "Let it ring")
    expect(call).to_contain_text("not answered")
    night.after(6)
    text = ken.get_by_test_id("ring-text")
    press(text, "Reply 4")

    expect(text).to_contain_text("You have INC-2026-0001")
    night.after(0.1)
    expect(message(ken, "Ken Watanabe has it, answered by text message.")).to_be_visible()
    assert night.stage.incident is not None
    [answered] = [
        one.fact for one in night.stage.entries(night.stage.incident) if isinstance(one.fact, EscalationAnswered)
    ]
    assert (answered.answer, answered.medium) == ("accepted", Medium.SMS)
    assert night.stage.sandbox.phones.rings_at() == []
