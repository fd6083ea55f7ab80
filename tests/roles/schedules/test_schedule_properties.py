"""What holds for every schedule: shifts cover the time, `who` and `shifts` agree, a new version keeps the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from roles.schedules.local_time import local_time, moment_of
from roles.schedules.people_on_call import who
from roles.schedules.schedule import Override
from roles.schedules.schedule_rules import WEEKDAYS
from roles.schedules.shifts import gaps, next_handover, shifts
from tests.support.schedules import ADA, BEN, CHI, DEV, schedule

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Pacific/Apia", "Africa/Casablanca", "America/Santiago",
)  # fmt: skip
# Days around which clocks change in one of the zones, months end, and February has 29 days.
DAYS = ("2026-03-28", "2026-03-08", "2026-10-24", "2026-10-31", "2026-04-04", "2024-02-28", "2011-12-29", "2026-12-30")
people = st.lists(st.sampled_from([ADA, BEN, CHI, DEV]), min_size=1, max_size=4, unique=True)
moments = st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(DAYS),
    st.integers(-1500, 4500),
)
times = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from([0, 15, 30]))
windows = st.fixed_dictionaries(
    {"days": st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True), "start": times, "end": times}
)
periods = st.sampled_from(["1 hour", "5 hours", "1 day", "3 days", "1 week", "2 weeks", "1 month", "3 months"])


def local(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


@st.composite
def rotations(draw):
    start = draw(moments) - timedelta(days=draw(st.integers(0, 400)))
    changes = [
        {
            "effective": local(start + timedelta(days=days)),
            "participants": draw(people),
            "every": draw(st.none() | periods),
        }
        for days in sorted(draw(st.lists(st.integers(1, 400), max_size=2, unique=True)))
    ]
    return {
        "time_zone": draw(st.none() | st.sampled_from(ZONES)),
        "start": local(start),
        "every": draw(periods),
        "participants": draw(people),
        "hours": draw(st.lists(windows, max_size=2)),
        "layer": draw(st.integers(1, 2)),
        "changes": changes,
    }


@st.composite
def schedules(draw):
    rules = {
        "rotations": draw(st.dictionaries(st.sampled_from("ab"), rotations(), max_size=2)),
        "people": draw(st.just([]) | people),
    }
    person = st.none() | st.sampled_from([ADA, BEN, CHI, DEV])
    overrides = [
        Override(
            "payments",
            start := draw(moments),
            start + timedelta(hours=draw(st.integers(1, 60))),
            draw(person),
            draw(person),
            n,
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    return schedule(rules, zone=draw(st.sampled_from(ZONES))).with_overrides(overrides)


@given(schedules(), moments, st.integers(1, 20 * 24), st.data())
@settings(max_examples=150)
def test_shifts_cover_the_time_and_no_moment_has_another_answer_than_its_shift(of, start, hours, data):
    end = start + timedelta(hours=hours)
    found = shifts(of, start, end)

    assert (found[0].start, found[-1].end) == (start, end)
    assert all(one.end == following.start and one.people != following.people for one, following in pairwise(found))
    for one in found:
        inside = data.draw(st.integers(0, int((one.end - one.start).total_seconds()) - 1))
        assert who(of, one.start + timedelta(seconds=inside)) == one.people
        assert who(of, one.end - timedelta(seconds=1)) == one.people


@given(schedules(), moments, st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=100)
def test_a_time_cut_in_two_has_the_same_shifts_and_gaps(of, start, first, second):
    middle, end = start + timedelta(hours=first), start + timedelta(hours=first + second)
    whole = shifts(of, start, end)
    parts = (*shifts(of, start, middle), *shifts(of, middle, end))

    assert {one.start for one in whole} | {middle} == {one.start for one in parts}
    assert gaps(of, start, end) == tuple(one for one in whole if not one.people)


@given(schedules(), moments)
@settings(max_examples=100)
def test_until_the_next_hand_over_the_same_people_are_on_call(of, at):
    following = next_handover(of, at)
    now = [one.person for one in who(of, at)]

    if following is not None:
        assert all([one.person for one in shift.people] == now for shift in shifts(of, at, following.start))
        assert [one.person for one in following.people] != now


@given(rotations(), st.sampled_from(ZONES), moments, people, st.data())
@settings(max_examples=100)
def test_a_new_version_never_changes_the_past_and_starts_with_the_person_it_names(rules, zone, at, order, data):
    zone = rules["time_zone"] or zone
    last = max([rules["start"], *(one["effective"] for one in rules["changes"])])
    effective = max(local(at), local(datetime.fromisoformat(last) + timedelta(days=3)))
    starts_with = data.draw(st.sampled_from(order))
    changed = {
        **rules,
        "hours": [],
        "changes": [*rules["changes"], {"effective": effective, "participants": order, "starts_with": starts_with}],
    }
    before, after = (schedule({"rotations": {"a": one}}, zone=zone) for one in ({**rules, "hours": []}, changed))
    moment = moment_of(datetime.fromisoformat(effective), zone)
    past = moment - timedelta(days=40), moment

    assert shifts(after, *past) == shifts(before, *past)
    assert [one.person for one in who(after, moment)] == [starts_with]


@given(moments, moments, st.sampled_from(ZONES))
def test_a_later_time_on_the_clock_is_never_an_earlier_moment(one, other, zone):
    earlier, later = (at.replace(tzinfo=None) for at in sorted((one, other)))

    assert moment_of(earlier, zone) <= moment_of(later, zone)


@given(moments, st.sampled_from(ZONES))
def test_a_time_that_the_clock_shows_is_the_first_moment_at_which_it_does(at, zone):
    shown = local_time(at, zone)

    assert local_time(moment_of(shown, zone), zone) == shown
    assert moment_of(shown, zone) <= at
