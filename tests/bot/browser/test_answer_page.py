"""The page on which a person answers can be used on a telephone, by keyboard and by screen reader, without a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from incident.medium import Medium
from tests.support.accessibility import violations_at_both_widths
from tests.support.answer_env import AnswerEnv
from tests.support.browser import BrowserDesk

pytestmark = pytest.mark.browser
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def env(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerEnv]:
    path = tmp_path_factory.mktemp("answers") / "muster.db"
    shutil.copy(sqlite_template, path)
    opened = AnswerEnv(f"sqlite:///{path}")
    yield opened
    opened.close()


def test_every_state_of_the_page_can_be_used(env: AnswerEnv, desk: BrowserDesk) -> None:
    call = env.call(title=f"Cards fail at {'gateway' * 20}")
    page = desk.open(f"{env.url}{env.path(call, Medium.EMAIL)}", 390, 844)
    found = {"open": list(violations_at_both_widths(page))}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(TOO_WIDE) == 0
    assert all(box["height"] >= 44 for one in page.get_by_role("button").all() if (box := one.bounding_box()))

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text(f"You have {call.number}.")
    expect(page.get_by_role("button")).to_have_count(0)
    found["answered"] = list(violations_at_both_widths(page))
    assert found == {"open": [], "answered": []}
    assert env.escalation(call).answer == "accepted"


def test_the_second_button_declines(env: AnswerEnv, desk: BrowserDesk) -> None:
    call = env.call()
    page = desk.open(f"{env.url}{env.path(call, Medium.NTFY)}", 390, 844)

    page.get_by_role("button", name="I cannot").click()

    expect(page.get_by_role("status")).to_contain_text("Noted: you cannot")
    assert env.escalation(call).answer == "declined"
