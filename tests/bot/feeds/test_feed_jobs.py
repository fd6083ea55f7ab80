"""Feeds are polled into copies that every schedule reads; what fails leaves the copy, and its owner learns of it once."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.feeds.feed_jobs import FeedJobs
from bot.shift_watch import ask_about_schedules, enqueue_feeds
from commands.core.request import Actor, Place
from commands.core.sessions.staffed_policy import staffed
from commands.core.verb import DecisionContext
from commands.oncall import Oncall
from incident.entry import workspace_chain
from incident.jobs import JobKind
from incident.ports import Person
from incident.rules.service_contacts import on_call_for
from roles.schedules.schedule_rules import ScheduleRules
from tests.support.calendars import calendar, event
from tests.support.feed_server import feed_server
from tests.support.shift_bench import rig_on_call

SECRET = "s3cr3t-path"
CALENDAR = f"/{SECRET}.ics"


@pytest.fixture
def server():
    with feed_server() as server:
        yield server


@pytest.fixture
def rig(sqlite_store, server):
    """The bench with a feed for the schedule; the directory knows Eva and Rosa by name."""
    with rig_on_call(sqlite_store) as rig:
        rig.store.directory.put(
            [Person(id=rig.person(name), name=name.title()) for name in ("eva", "rosa")], rig.clock.now()
        )
        feed(rig, server, ical="MUSTER_FEED_PAYMENTS")
        yield rig


def feed(rig: Any, server: Any, **rules: Any) -> None:
    schedules = {"payments": ScheduleRules.model_validate({"owner": rig.users["rob"], **rules})}
    object.__setattr__(rig.policy, "schedules", schedules)
    addresses = {
        "MUSTER_FEED_PAYMENTS": f"{server.url}{CALENDAR}",
        "MUSTER_FEED_PAGERDUTY_URL": server.url,
        "MUSTER_FEED_PAGERDUTY_TOKEN": SECRET,
        "MUSTER_FEED_JSM_URL": f"{server.url}/jsm/ops/api/site-1",
        "MUSTER_FEED_JSM_USER": "bot@example.org",
        "MUSTER_FEED_JSM_TOKEN": SECRET,
    }
    secrets = {name: SecretStr(value) for name, value in addresses.items()}
    jobs = FeedJobs(rig.adapter.record, rig.store.directory, secrets)
    rig.worker = rig.another_worker("feeds", handlers=jobs.handlers)


def poll(rig: Any, minutes: float = 5) -> None:
    rig.clock.set(rig.clock.now() + timedelta(minutes=minutes))
    enqueue_feeds(rig.store.recorder, rig.team, rig.policy, rig.clock.now())
    rig.drain()
    ask_about_schedules(rig.adapter.record, rig.team)
    rig.drain()


def days_of(now: datetime, *names: str) -> bytes:
    """Return a calendar in which each person has a day in turn, from yesterday on."""
    events = []
    for n, name in enumerate(names):
        start = now - timedelta(hours=12) + timedelta(days=n)
        times = (f":{at:%Y%m%dT%H%M%SZ}" for at in (start, start + timedelta(days=1)))
        events.append(event(name, *times, f"RRULE:FREQ=DAILY;INTERVAL={len(names)}", uid=str(n)))
    return calendar(*events)


def on_call(rig: Any, days: float = 0) -> list[str]:
    at = rig.clock.now() + timedelta(days=days)
    policy = rig.store.recorder.read(lambda reader: staffed(rig.policy, reader, rig.team))
    names = {rig.person(name): name for name in rig.users}
    return [names[who] for who in on_call_for("checkout", policy, rig.team, at)]


def copy(rig: Any) -> Any:
    [found] = rig.store.recorder.read(lambda reader: reader.feed_copies(rig.team))
    return found


def test_a_calendar_says_who_is_on_call_and_overrides_come_on_top(rig, server):
    server.put(CALENDAR, days_of(rig.clock.now(), "Eva", "Rosa"))
    assert on_call(rig) == []

    poll(rig)

    assert (on_call(rig), on_call(rig, 1), on_call(rig, 2)) == (["eva"], ["rosa"], ["eva"])
    rig.act("shift", "eva", change="cover", who=rig.person("ilse"))
    assert on_call(rig) == ["ilse"]
    assert (copy(rig).problem, copy(rig).unmatched) == ("", 0)


def test_it_is_polled_once_in_five_minutes_among_all_replicas(rig, server):
    server.put(CALENDAR, days_of(rig.clock.now(), "Eva"))
    for _ in range(3):
        poll(rig, minutes=1)

    assert len(server.asked) == 1
    poll(rig)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "problem", "after"),
    [
        (200, b"<!doctype html>Sign in", "not_readable", 5),
        (404, b"", "refused", 5),
        (503, b"", "unreachable", 40),
        (200, None, "lost_shifts", 5),
    ],
)
def test_a_feed_that_fails_leaves_the_last_good_copy_and_its_owner_learns_of_it_once(
    rig, server, caplog, status, body, problem, after
):
    server.put(CALENDAR, days_of(rig.clock.now(), "Eva", "Rosa"))
    poll(rig)
    good = copy(rig)
    empty = days_of(rig.clock.now())

    server.put(CALENDAR, empty if body is None else body, status)
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            poll(rig, after / 5)
            poll(rig)

    assert (copy(rig).problem, copy(rig).shifts, copy(rig).fetched_at) == (problem, good.shifts, good.fetched_at)
    assert on_call(rig) == ["eva"]
    [message] = rig.direct("rob")
    assert "The feed of the on-call schedule payments" in message.text
    assert "MUSTER_FEED_PAYMENTS" in message.text
    assert [one.fact.ask for one in rig.entries(workspace_chain(rig.team), "prompt_due")] == ["feed"]
    texts = [message.text, caplog.text, json.dumps(copy(rig).model_dump(mode="json"))]
    assert not any(SECRET in text for text in texts)


def test_the_age_of_a_copy_whose_feed_fails_is_shown(rig, server):
    server.put(CALENDAR, days_of(rig.clock.now(), "Eva", "Zed Unknown"))
    poll(rig)
    server.put(CALENDAR, b"", 404)
    poll(rig)

    view = rig.store.recorder.read(lambda reader: oncall_view(rig, reader))

    assert (view.feed.problem, view.feed.unmatched > 20) == ("refused", True)


def oncall_view(rig: Any, reader: Any) -> Any:
    now = DecisionContext(
        incident=None,
        policy=staffed(rig.policy, reader, rig.team),
        policy_hash="",
        reader=reader,
        at=rig.clock.now(),
        occurred_at=None,
        actor=Actor(id=rig.person("rob")),
        team=rig.team,
        place=Place(),
    )
    return Oncall(service="checkout").view(now).services[0]


def test_a_feed_without_an_address_is_a_problem_and_no_error(rig, server):
    feed(rig, server, ical="MUSTER_FEED_OTHER")

    poll(rig)

    assert (copy(rig).problem, copy(rig).fetched_at) == ("no_address", None)


def test_a_copy_is_dropped_with_its_feed(rig, server):
    server.put(CALENDAR, days_of(rig.clock.now(), "Eva"))
    poll(rig)
    object.__setattr__(rig.policy, "schedules", {"payments": ScheduleRules(people=(rig.users["rosa"],))})

    assert on_call(rig) == ["rosa"]


ONCALL = {"schedule": {"id": "PABC", "type": "schedule_reference"}, "escalation_level": 1}


def test_pagerduty_says_who_is_on_call_page_by_page_by_older_and_newer_schedules(rig, server):
    feed(rig, server, pagerduty="PABC")
    now = rig.clock.now()
    first, second = ({"start": f"{now + timedelta(days=n - 1):%Y-%m-%dT%H:%M:%SZ}"} for n in (0, 1))
    first["end"] = second["start"]
    eva = {"user": {"id": "P1", "name": "Eva", "email": "eva@example.org"}, **ONCALL, **first}
    rosa = {"user": {"id": "P2", "summary": "Rosa"}, **ONCALL, **second, "end": None}
    newer = {"schedule": {"id": "PABC", "type": "schedule_v3_reference"}}
    other = {**eva, "schedule": {"id": "PXYZ"}}
    always = {**eva, "schedule": None, "start": None, "end": None}
    server.put("/oncalls@0", {"oncalls": [eva, {**eva, "escalation_level": 2}, other, always], "more": True})
    server.put("/oncalls@100", {"oncalls": [{**rosa, **newer}], "more": False})

    poll(rig)

    assert (copy(rig).problem, on_call(rig), on_call(rig, -0.5)) == ("", ["rosa"], ["eva"])
    assert len(copy(rig).shifts) == 2
    _, query, headers = server.asked[0]
    assert query["schedule_ids[]"] == ["PABC"]
    assert headers["Authorization"] == f"Token token={SECRET}"

    server.put("/oncalls@0", {"error": {}}, 401)
    poll(rig)
    assert (copy(rig).problem, on_call(rig)) == ("refused", ["rosa"])


def test_jsm_says_who_is_on_call_by_the_final_timeline_with_the_names_of_accounts(rig, server):
    feed(rig, server, jsm="sched-1")
    now = rig.clock.now()
    period = {"startDate": (now - timedelta(days=1)).isoformat(), "endDate": (now + timedelta(days=1)).isoformat()}
    periods = [
        {**period, "type": "default", "responder": {"type": "user", "id": "acc-1"}},
        {**period, "type": "default", "responder": {"type": "noone"}},
    ]
    server.put(
        "/jsm/ops/api/site-1/v1/schedules/sched-1/timeline", {"finalTimeline": {"rotations": [{"periods": periods}]}}
    )
    server.put("/ex/jira/site-1/rest/api/3/user", {"displayName": "Rosa"})

    poll(rig)

    assert (copy(rig).problem, on_call(rig)) == ("", ["rosa"])
    server.put("/jsm/ops/api/site-1/v1/schedules/sched-1/timeline", {"nothing": 1})
    poll(rig)
    assert (copy(rig).problem, on_call(rig)) == ("not_readable", ["rosa"])


def test_a_calendar_may_redirect_and_a_token_follows_no_redirect(rig, server):
    server.put(CALENDAR, b"/elsewhere.ics", 302)
    server.put("/elsewhere.ics", days_of(rig.clock.now(), "Eva"))
    poll(rig)
    assert on_call(rig) == ["eva"]

    feed(rig, server, pagerduty="PABC")
    server.put("/oncalls@0", b"/elsewhere", 302)
    poll(rig)

    assert copy(rig).problem == "refused"
    assert "/elsewhere" not in [path for path, _, _ in server.asked]


def test_a_policy_without_feeds_has_no_job(rig):
    object.__setattr__(rig.policy, "schedules", {"payments": ScheduleRules(people=(rig.users["rosa"],))})

    enqueue_feeds(rig.store.recorder, rig.team, rig.policy, rig.clock.now())

    claimed = rig.store.jobs.claim(rig.clock.now(), "w", 10, 30)
    assert [one for one in claimed if one.job.kind is JobKind.FEEDS] == []
