"""Faults and gaps of on-call schedules are named with their line, in plain words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import yaml

from bot.config.policy_loader import BrokenPolicy, located_gaps, read_policy
from bot.config.schedule_faults import moved_turns
from incident.policy import Policy
from incident.rules.service_contacts import levels_of, schedule_named
from roles.schedules.people_on_call import who
from tests.support.policies import shipped_policy
from tests.support.policy_texts import OURS, TODAY, uncommented
from tests.support.schedules import utc

ROTATION = {"start": "2026-01-05 09:00", "every": "1 week", "participants": ["U1", "U2"]}
DAY, NIGHT = {"start": "08:00", "end": "20:00"}, {"start": "20:00", "end": "08:00"}


def text_with(**schedule) -> str:
    return f"{OURS}\nschedules:\n  payments: {yaml.safe_dump(schedule, default_flow_style=True)}"


def faults(text: str) -> list[str]:
    with pytest.raises(BrokenPolicy) as broken:
        read_policy(text, TODAY)
    return [f"{one.path} {one.message}" for one in broken.value.errors]


def gap_texts(**schedule) -> list[str]:
    text = text_with(**schedule)
    found = (str(one) for one in located_gaps(read_policy(text, TODAY).policy, text, TODAY))
    return [one for one in found if "No service uses" not in one and ("on call" in one or "payments" in one)]


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ({"time_zone": "Europe/Lodnon"}, 'time_zone "Europe/Lodnon" is no time zone'),
        ({"people": ["S0GROUP"]}, "people.0 is no person's Slack id (U… or W…): S0GROUP"),
        ({"rotations": {"db": {**ROTATION, "participants": ["ann"]}}}, "participants.0 is no person's Slack id"),
        ({"rotations": {"db": {**ROTATION, "participants": []}}}, "participants must not be empty"),
        ({"rotations": {"db": {**ROTATION, "every": "fortnight"}}}, 'every "fortnight" is no period'),
        ({"rotations": {"db": {**ROTATION, "start": "2026-01-05T09:00:00Z"}}}, "start must be a local time"),
        ({"rotations": {"db": {**ROTATION, "hours": [{"start": "8", "end": "20:00"}]}}}, '"8" is no time of day'),
        (
            {"rotations": {"db": {**ROTATION, "changes": [{"effective": "2025-01-05 09:00", "participants": ["U1"]}]}}},
            "changes.0.effective is not after the start before it",
        ),
        (
            {
                "rotations": {
                    "db": {
                        **ROTATION,
                        "changes": [{"effective": "2026-02-02 09:00", "participants": ["U1"], "starts_with": "U2"}],
                    }
                }
            },
            "changes.0.starts_with is none of the participants: U2",
        ),
        (
            {"fixed_shifts": [{"start": "2026-12-24 09:00", "end": "2026-12-24 09:00", "people": ["U1"]}]},
            "fixed_shifts.0.end is not after `start`",
        ),
        (
            {"ical": "https://calendar.example/secret.ics"},
            "ical must be the name of a setting such as MUSTER_FEED_PAYMENTS",
        ),
        ({"ical": "MUSTER_FEED_A", "pagerduty": "P1"}, "pagerduty is given, and so is `ical`: keep one of the two"),
        ({"jsm": "1", "rotations": {"db": ROTATION}}, "rotations are given, and so is `jsm`"),
        (
            {"rotation": {"db": ROTATION}},
            "schedules.payments.rotation is no key that Muster knows. Did you mean rotations?",
        ),
    ],
)
def test_a_schedule_that_cannot_work_is_a_fault(schedule, says):
    assert any(says in one for one in faults(text_with(**schedule))), faults(text_with(**schedule))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "    schedule: payments",
            "    schedule: paymnts",
            "names a schedule that does not exist: paymnts. Did you mean payments?",
        ),
        (
            "    schedule: payments",
            "    schedule: payments\n    roster: payments",
            "is given, and so is a list of `rosters`",
        ),
        (
            "[U0123ABCD, U0123ABCE], timeout",
            "[schedule: paymnts], timeout",
            "names a schedule that does not exist: paymnts",
        ),
    ],
)
def test_a_name_of_a_schedule_that_does_not_exist_is_a_fault(old, new, says):
    text = uncommented(OURS).replace(old, new)

    assert any(says in one for one in faults(text)), faults(text)


def test_a_level_may_be_a_schedule():
    text = uncommented(OURS).replace("[U0123ABCD, U0123ABCE], timeout", "[schedule: payments, U0123ABCE], timeout")

    policy = read_policy(text, TODAY).policy

    assert levels_of("checkout", policy, "T1", utc("2026-01-06T00:00")) == ("slack:T1:U0123ABCD", "slack:T1:U0123ABCE")


def test_hours_without_a_person_are_named_with_their_first_time():
    (found,) = gap_texts(time_zone="Europe/Berlin", rotations={"days": {**ROTATION, "hours": [DAY]}})

    assert found.split(": ", 1)[1] == (
        "No one is on call for payments from Fri 20 Nov 01:00 to 08:00 (Europe/Berlin), and 35 more times in five weeks. Add `people` or hours, or write `around_the_clock: false` if "
        "that is meant."
    )


def test_hours_that_people_or_another_rotation_cover_are_no_gap():
    days = {**ROTATION, "hours": [DAY]}

    assert gap_texts(rotations={"days": days, "nights": {**ROTATION, "hours": [NIGHT]}}) == []
    assert gap_texts(rotations={"days": days}, people=["U3"]) == []
    assert gap_texts(rotations={"days": days}, around_the_clock=False) == []


def test_rotations_of_one_layer_that_are_on_call_together_are_named_unless_that_is_meant():
    late = {**ROTATION, "participants": ["U3"], "hours": [{"start": "19:00", "end": "08:00"}]}
    both = {"days": {**ROTATION, "hours": [DAY]}, "late": late}

    (found,) = gap_texts(rotations=both)

    assert "The rotations days and late of payments are both on call from Fri 20 Nov 19:00 to 20:00 (UTC)" in found
    assert gap_texts(rotations=both, overlap=True) == []
    assert gap_texts(rotations={**both, "late": {**late, "layer": 2}}) == []


def test_no_reorder_in_place_moves_the_shift_of_now_unseen() -> None:
    """Over every order of four people, and one who is gone, at moments of every turn and on both sides of a clock change."""
    people = ("U1", "U2", "U3", "U4")
    moments = [datetime(2026, 3, 24, 12, tzinfo=UTC) + timedelta(days=7 * n, hours=11 * n) for n in range(6)]

    def with_people(order: tuple[str, ...]) -> Policy:
        rotation = {"start": "2026-01-05 09:00", "every": "1 week", "participants": order}
        return shipped_policy(schedules={"payments": {"time_zone": "Europe/London", "rotations": {"weekly": rotation}}})

    before, refused, used = with_people(people), 0, 0
    for order in (*permutations(people), *permutations(people, 3)):
        after = with_people(order)
        for at in moments:
            is_moved = on_call(before, at) != on_call(after, at)
            assert bool(list(moved_turns(before, after, at))) is is_moved
            refused, used = refused + is_moved, used + (not is_moved)
    assert min(refused, used) > 50


def on_call(policy: Policy, at: datetime) -> list[str]:
    schedule = schedule_named("payments", policy, "")
    assert schedule is not None
    return [one.person for one in who(schedule, at)]
