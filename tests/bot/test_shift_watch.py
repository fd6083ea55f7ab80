"""People learn by direct message that their shift starts or ends, and owners that a gap comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.shift_watch import ask_about_schedules, enqueue_shift_notices
from incident.entry import workspace_chain
from incident.ports import Person
from tests.support.block_kit import pressed
from tests.support.shift_bench import BEGAN, rig_on_call

WEEK = timedelta(weeks=1)
# No one is on call on weekends: START is a Tuesday, so the gap starts on Saturday.
WEEKDAYS = {"hours": [{"start": "00:00", "end": "00:00", "days": ["mon", "tue", "wed", "thu", "fri"]}]}


@pytest.fixture
def rig(sqlite_store):
    with rig_on_call(sqlite_store) as rig:
        yield rig


@pytest.fixture
def gappy(sqlite_store):
    with rig_on_call(sqlite_store, rotation=WEEKDAYS) as rig:
        yield rig


def notice(rig: Any, at: Any) -> None:
    """Let the watch run at a moment, twice, as two replicas do."""
    rig.clock.set(at)
    for _ in range(2):
        enqueue_shift_notices(rig.store.recorder, rig.team, rig.policy, at)
    rig.drain()


def ask(rig: Any, at: Any) -> None:
    rig.clock.set(at)
    for _ in range(2):
        ask_about_schedules(rig.adapter.record, rig.team)
    rig.drain()


def texts(rig: Any, name: str) -> list[str]:
    return [one.text for one in rig.direct(name)]


def test_who_hands_over_and_who_takes_over_get_one_message_each(rig):
    notice(rig, BEGAN + WEEK - timedelta(minutes=1))
    assert texts(rig, "eva") == texts(rig, "rosa") == []

    notice(rig, BEGAN + WEEK)

    [ended], [started] = texts(rig, "eva"), texts(rig, "rosa")
    assert started.startswith("*Your shift started: you are on call for payments (checkout)* until ")
    assert ended.startswith("*Your shift is over: you are not on call for payments (checkout) any more.* On call now: ")
    assert rig.users["rosa"] in ended
    assert "subscribe shifts off" in str(rig.direct("eva")[0].blocks)


def test_who_switched_it_off_gets_none_until_they_switch_it_on(rig):
    rig.act("subscribe", "rosa", shifts="off")
    notice(rig, BEGAN + WEEK)
    assert texts(rig, "rosa") == []
    assert len(texts(rig, "eva")) == 1

    rig.act("subscribe", "rosa", shifts="on")
    notice(rig, BEGAN + 2 * WEEK)
    assert len(texts(rig, "rosa")) == 1


def test_who_is_deactivated_gets_none(rig):
    rig.store.directory.put([Person(id=rig.person("rosa"), name="Rosa", is_active=False)], rig.clock.now())

    notice(rig, BEGAN + WEEK)

    assert texts(rig, "rosa") == []


def test_the_start_and_the_end_of_a_cover_are_shifts_too_but_one_at_once_needs_no_second_message(rig):
    start, end = rig.clock.now() + timedelta(hours=2), rig.clock.now() + timedelta(hours=4)
    times = {"start": start.isoformat(), "end": end.isoformat()}
    rig.act("shift", "eva", change="cover", who=rig.person("ilse"), **times)
    rig.act("shift", "rosa", change="take", end=(rig.clock.now() + timedelta(hours=1)).isoformat())
    rig.drain()
    before = {name: len(texts(rig, name)) for name in ("eva", "ilse", "rosa")}

    notice(rig, rig.clock.now() + timedelta(minutes=1))
    assert {name: len(texts(rig, name)) for name in before} == before

    notice(rig, start)
    notice(rig, end)
    assert [text.split(":")[0] for text in texts(rig, "ilse")[before["ilse"] :]] == [
        "*Your shift started",
        "*Your shift is over",
    ]


def test_a_message_that_would_be_half_an_hour_late_or_that_a_change_overtook_is_not_sent(rig):
    enqueue_shift_notices(rig.store.recorder, rig.team, rig.policy, BEGAN + WEEK)
    rig.clock.set(BEGAN + WEEK + timedelta(minutes=31))
    rig.drain()
    assert texts(rig, "rosa") == []

    later = BEGAN + 2 * WEEK
    enqueue_shift_notices(rig.store.recorder, rig.team, rig.policy, later)
    end = {"start": (later - timedelta(hours=1)).isoformat(), "end": (later + timedelta(hours=1)).isoformat()}
    rig.act("shift", "rosa", change="cover", who=rig.person("eva"), instead_of=rig.person("rosa"), **end)
    rig.clock.set(later)
    rig.drain()
    assert not any("shift started" in text for text in texts(rig, "eva"))


def test_the_owner_is_asked_about_a_gap_once_and_recorded_and_naming_someone_settles_it(gappy):
    rig = gappy
    saturday = BEGAN.replace(hour=0, minute=0) + timedelta(days=5)
    ask(rig, saturday - timedelta(hours=37))
    assert texts(rig, "rob") == []

    ask(rig, saturday - timedelta(hours=15))

    [message] = rig.direct("rob")
    assert "*No one is on call for payments (checkout) from " in message.text
    [asked] = rig.entries(workspace_chain(rig.team), "prompt_due")
    assert (asked.fact.ask, asked.fact.asked, asked.fact.due_at) == ("gap", (rig.person("rob"),), saturday)

    button = pressed(message)["Name someone"]
    assert button[0].startswith("form:shift")
    rig.act("shift", "rob", who=rig.person("ilse"), **button[1]["f"])
    rig.drain()
    [edited] = rig.direct("rob")
    assert edited.text.startswith(":white_check_mark: Someone is on call for payments")
    ask(rig, saturday - timedelta(hours=3))
    assert len(rig.direct("rob")) == 1


def test_four_hours_before_a_gap_the_service_owner_is_asked_in_place_of_the_earlier_message(sqlite_store):
    with rig_on_call(sqlite_store, rotation=WEEKDAYS, owner="U01ILSE") as rig:
        assert rig.users["ilse"] == "U01ILSE"
        saturday = BEGAN.replace(hour=0, minute=0) + timedelta(days=5)
        ask(rig, saturday - timedelta(hours=15))
        assert (len(rig.direct("ilse")), len(rig.direct("rob"))) == (1, 0)

        ask(rig, saturday - timedelta(hours=4))

        assert "No one is on call for payments" in texts(rig, "rob")[0]


def test_an_incident_in_a_gap_pages_the_next_level_at_once_and_the_answer_says_why(gappy):
    rig = gappy
    rig.clock.set(BEGAN.replace(hour=12, minute=0) + timedelta(days=5))

    key = rig.declare()

    [call] = rig.incident(key).escalations
    assert call.person == rig.person("eva")
