"""`muster doctor` names the hours ahead in which no one is on call."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.cli.checks.check_result import Severity
from bot.cli.checks.schedule_check import check_recorded_schedules, check_schedules
from bot.config.policy_loader import read_policy
from bot.config.settings import RecordSettings
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Source
from incident.policy import Policy
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy
from storage.store import open_store
from tests.support.policies import shipped_policy
from tests.support.policy_texts import OURS
from tests.support.schedules import utc

ROTATION = {"start": "2026-01-05 09:00", "every": "1 week", "participants": ["U1", "U2"]}
NIGHTS = {**ROTATION, "hours": [{"start": "20:00", "end": "08:00"}]}


def found(now: str, **rules: Any) -> list[tuple[Severity, str]]:
    policy = shipped_policy(schedules={"payments": {"time_zone": "Europe/Berlin", **rules}})
    return [(one.severity, one.message) for one in check_schedules(policy, utc(now))]


def test_each_gap_of_the_next_36_hours_is_named_on_the_clock_of_the_schedule():
    assert found("2026-12-01T04:00", rotations={"nights": NIGHTS}) == [
        (
            Severity.NOTE,
            f"No one is on call for payments from {day} 08:00 to {end} (Europe/Berlin). "
            "Name someone in its `people` or `fixed_shifts`.",
        )
        for day, end in (("Tue 01 Dec", "20:00"), ("Wed 02 Dec", "17:00"))
    ]


def test_a_schedule_without_gaps_is_in_order_and_one_that_may_have_some_is_not_looked_at():
    in_order = [(Severity.GOOD, "Someone is on call for every schedule in the next 36 hours.")]

    assert found("2026-12-01T04:00", rotations={"all": ROTATION}) == in_order
    assert found("2026-12-01T04:00", rotations={"nights": NIGHTS}, around_the_clock=False) == []


def test_a_gap_that_a_person_covers_is_no_gap(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/muster.db"
    policy = shipped_policy(
        schedules={"payments": {"owner": "U1", "rotations": {"nights": NIGHTS}}},
        services={"checkout": {"owner": "U1", "schedule": "payments"}},
    )
    settings = RecordSettings(database_url=SecretStr(url), key_file=None, spool=tmp_path)
    now = utc("2026-12-01T10:00")
    with open_store(url, team="T1") as store:
        store.migrate()
        covers = {"change": "cover", "who": "slack:T1:U3", "start": "2026-12-01T08:00Z", "end": "2026-12-03T20:00Z"}
        request = Request(
            verb="shift",
            fields=covers,
            actor=Actor(id=PersonId("slack:T1:U1")),
            team="T1",
            place=Place(),
            source=Source(surface=EntryPoint.CLI),
            key="request:1",
            at=now,
        )
        assert len(list(check_recorded_schedules(settings, policy, now))) == 2
        outcome = run(request, recorder=store.recorder, policy=policy, policy_hash="0" * 64)
        assert not outcome.is_refused, outcome

    assert [one.severity for one in check_recorded_schedules(settings, policy, now)] == [Severity.GOOD]


def test_a_file_that_a_running_muster_does_not_use_since_it_moves_the_shift_of_now_is_wrong(tmp_path: Path) -> None:
    url, now = f"sqlite:///{tmp_path / 'muster.db'}", utc("2026-06-09 10:00")
    with open_store(url, team="T1") as store:
        store.migrate()
        store.directory.activate_policy(turns("U1", "U2", "U3"), turns_text("U1", "U2", "U3"), now)
    settings = RecordSettings(_env_file=None, database_url=SecretStr(url))

    results = list(check_recorded_schedules(settings, turns("U1", "U3"), now))

    [wrong] = [one.message for one in results if one.severity is Severity.WRONG]
    assert wrong.startswith(
        "The policy is not used: schedules payments rotations weekly participants would take the shift"
    )


def turns_text(*people: str) -> str:
    rotation = {"start": "2026-01-05 09:00", "every": "1 week", "participants": [*people]}
    return f"{OURS}\nschedules: {json.dumps({'payments': {'rotations': {'weekly': rotation}}})}\n"


def turns(*people: str) -> Policy:
    return read_policy(turns_text(*people), date(2026, 6, 9)).policy


def test_a_feed_without_its_setting_and_one_that_fails_are_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/muster.db"
    schedules = {"payments": {"ical": "MUSTER_FEED_PAYMENTS"}, "search": {"ical": "MUSTER_FEED_SEARCH"}}
    policy = shipped_policy(schedules=schedules)
    settings = RecordSettings(database_url=SecretStr(url), key_file=None, spool=tmp_path)
    now = utc("2026-12-01T10:00")
    copy = FeedCopy(
        schedule="search", checked_at=now, fetched_at=now, failing_since=now, problem="not_readable", unmatched=2
    )
    with open_store(url, team="T1") as store:
        store.migrate()
        store.directory.activate_policy(policy, "version: 1\n", now)
        store.recorder.transact(lambda unit: unit.store_feeds("T1", [copy]))

    found = [one.message for one in check_recorded_schedules(settings, policy, now, {"MUSTER_FEED_SEARCH"})]

    assert any("there is no MUSTER_FEED_PAYMENTS" in one for one in found)
    assert (
        "The feed of search is not a feed that Muster can read (since 2026-12-01 10:00 UTC). "
        "The copy of 2026-12-01 10:00 UTC counts until it works again." in found
    )
    assert any("has 2 turns with a name" in one for one in found)
    assert not any("secret" in one for one in found)
