"""The guide to a pager names the addresses that exist, and its drill rings and is answered as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from incident.medium import Medium
from tests.support.answer_env import AnswerEnv, asked
from tests.support.answered_night import AnsweredNight
from tests.support.paging_env import PagingEnv

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "how-to" / "connect-a-pager.md").read_text("utf-8")


@pytest.fixture
def play(night: PagingEnv) -> Iterator[AnsweredNight]:
    opened = AnsweredNight(night)
    yield opened
    opened.close()


def test_every_address_of_the_guide_exists_and_is_open_to_its_provider_alone(env: AnswerEnv) -> None:
    named = sorted(set(re.findall(r"https://muster\.example\.org(/answer/\w+)", GUIDE)))

    statuses = {path: asked(f"{env.url}{path}", b"").status for path in named}

    assert statuses == {"/answer/jsm": 401, "/answer/pagerduty": 401, "/answer/sms": 403}


def test_a_drill_rings_the_phone_and_a_tap_answers_it(play: AnsweredNight) -> None:
    play.night.reach("rosa", (Medium.NTFY, 0))
    key = play.rig.declare("Trying the pager", drill=True)
    play.rig.act("escalate", "ilse", key, who=play.rig.person("rosa"), reason="I try the pager")
    play.rig.after(seconds=5)

    reply = play.tap("I have it")
    play.rig.after(seconds=5)

    assert reply.status == 200
    assert play.providers.published[-1]["message"].startswith("DRILL: ")
    assert "<@U04ROSA> has it, answered by push message." in "\n".join(play.rig.texts(key))
