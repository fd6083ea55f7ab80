"""No person holds up the others: what one sends in a minute is bounded, and what is refused is not lost."""

from datetime import timedelta

import pytest

from bot.requests.request_pace import DECLARATIONS_PER_MINUTE, GIVES_WAY_FROM, REQUESTS_PER_MINUTE, RequestPace
from incident.entries.conversation import Noted
from incident.jobs import LATER, USABLE
from roles.person_ids import PersonId
from tests.support import forged_payloads as forged
from tests.support.clock import T0
from tests.support.forged_payloads import Forger

ANN, BEA = PersonId("slack:T1:UANN"), PersonId("slack:T1:UBEA")
SECOND = timedelta(seconds=1)


def test_the_eleventh_declaration_within_a_minute_waits_until_the_first_is_a_minute_old():
    pace = RequestPace()
    for n in range(DECLARATIONS_PER_MINUTE):
        assert pace.wait(ANN, T0 + n * SECOND, declares=True) is None

    assert pace.wait(ANN, T0 + 20 * SECOND, declares=True) == timedelta(seconds=40)
    assert pace.wait(ANN, T0 + 20 * SECOND, declares=False) is None
    assert pace.wait(BEA, T0 + 20 * SECOND, declares=True) is None
    assert pace.wait(ANN, T0 + 60 * SECOND, declares=True) is None
    assert pace.wait(ANN, T0 + 60 * SECOND, declares=True) == SECOND


def test_requests_of_every_kind_are_bounded_by_the_minute():
    pace = RequestPace()
    waits = [pace.wait(ANN, T0, declares=False) for _ in range(REQUESTS_PER_MINUTE)]

    assert waits == [None] * REQUESTS_PER_MINUTE
    assert pace.wait(ANN, T0, declares=False) == timedelta(minutes=1)
    assert pace.wait(ANN, T0 + timedelta(minutes=1), declares=False) is None


def test_who_declares_a_third_incident_within_ten_minutes_gives_way_to_others():
    pace = RequestPace()
    for n in range(GIVES_WAY_FROM - 1):
        pace.wait(ANN, T0 + n * SECOND, declares=True)
        assert not pace.gives_way(ANN, T0 + n * SECOND)

    pace.wait(ANN, T0 + 60 * SECOND, declares=True)

    assert pace.gives_way(ANN, T0 + 60 * SECOND)
    assert not pace.gives_way(BEA, T0 + 60 * SECOND)
    assert not pace.gives_way(ANN, T0 + timedelta(minutes=11))


def test_a_clock_that_was_set_back_bounds_no_one():
    pace = RequestPace()
    for _ in range(DECLARATIONS_PER_MINUTE):
        pace.wait(ANN, T0 + timedelta(hours=2), declares=True)

    assert pace.wait(ANN, T0, declares=True) is None


@pytest.fixture(scope="module")
def ann(place):
    return Forger(place.user("ann"), place.team)


def ranks(place):
    """Return the rank of the job that makes the channel, by incident number."""
    with place.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT rank FROM job WHERE kind = 'make_channel' ORDER BY id").all()
    return [row.rank for row in rows]


def test_the_channel_of_the_one_real_incident_is_made_before_those_of_a_flood(place, ann):
    general = place.channel("general")
    for n in range(DECLARATIONS_PER_MINUTE + 2):
        line = forged.slash(ann, general, f"declare service=checkout impact=1 urgency=1 Flood {n}")
        last = forged.answer(forged.dispatch(place, line))
    bea = Forger(place.user("bea"), place.team)
    forged.dispatch(place, forged.slash(bea, general, "declare service=checkout impact=1 urgency=1 Real"))

    assert ranks(place) == [USABLE, USABLE, *[LATER] * (DECLARATIONS_PER_MINUTE - 2), USABLE]
    assert "others would wait" in last
    assert "form:declare" in last
    assert f"Flood {DECLARATIONS_PER_MINUTE + 1}" in last


def test_a_form_that_comes_too_often_stays_open_with_what_was_filled_in(place, ann):
    incident = place.incident(channel="inc-often")
    for _ in range(REQUESTS_PER_MINUTE + 1):
        response = forged.dispatch(place, forged.submission(ann, "note", incident, {"text": "again"}))

    shown = forged.answer(response)
    assert "others would wait" in shown
    assert '"initial_value": "again"' in shown
    assert len(place.entries(incident.key, Noted.kind)) < REQUESTS_PER_MINUTE
