"""A credential goes to the host that it is for, and no content of an answer stops the other feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.feeds.feed_fetch import fetch
from bot.feeds.feed_problem import Fault, FeedProblem
from bot.feeds.jsm_oncalls import JsmSite, read_timeline
from bot.feeds.named_turn import NamedTurn
from bot.feeds.pagerduty_oncalls import read_oncalls
from tests.support.feed_server import FeedServer, feed_server

START, END = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as server:
        yield server


@pytest.fixture
def elsewhere(server: FeedServer) -> Iterator[FeedServer]:
    """Another host, to which everything of the first is redirected."""
    with feed_server() as other:
        for path in ("/oncalls", "/jsm/v1/schedules/S1/timeline", "/calendar.ics"):
            server.put(path, f"{other.url}/there".encode(), 302)
        other.put("/there", b"moved")
        yield other


def read_pagerduty(server: FeedServer) -> object:
    return read_oncalls(server.url, "s3cret", "S1", START, END)


def read_jsm(server: FeedServer) -> tuple[NamedTurn, ...]:
    return read_timeline(JsmSite(f"{server.url}/jsm", "bot@example.org", "s3cret"), "S1", START, END)


@pytest.mark.parametrize("read", [read_pagerduty, read_jsm])
def test_no_credential_follows_a_redirect(read, server: FeedServer, elsewhere: FeedServer) -> None:
    with pytest.raises(FeedProblem) as problem:
        read(server)

    assert problem.value.fault is Fault.REFUSED
    assert elsewhere.asked == []


def test_a_calendar_that_has_moved_is_found(server: FeedServer, elsewhere: FeedServer) -> None:
    assert fetch(f"{server.url}/calendar.ics") == b"moved"


@pytest.mark.parametrize("read", [read_pagerduty, read_jsm])
@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_outside_the_calendar_is_not_readable(read, time: str, server: FeedServer) -> None:
    turn = {"schedule": {"id": "S1"}, "user": {"name": "Eva"}, "start": time, "end": time}
    period = {"responder": {"type": "user", "id": "a1"}, "startDate": time, "endDate": time}
    server.put("/oncalls", {"oncalls": [turn]})
    server.put("/jsm/v1/schedules/S1/timeline", {"finalTimeline": {"rotations": [{"periods": [period]}]}})

    with pytest.raises(FeedProblem) as problem:
        read(server)

    assert problem.value.fault is Fault.NOT_READABLE


def test_an_account_that_was_deleted_leaves_its_turn_without_a_name_and_a_refusal_is_one(server: FeedServer) -> None:
    period = {"responder": {"type": "user", "id": "a1"}, "startDate": START.isoformat(), "endDate": END.isoformat()}
    server.put("/jsm/v1/schedules/S1/timeline", {"finalTimeline": {"rotations": [{"periods": [period]}]}})

    server.put("/ex/jira/jsm/rest/api/3/user", {"errorMessages": ["The user does not exist"]}, 404)
    [turn] = read_jsm(server)
    server.put("/ex/jira/jsm/rest/api/3/user", b"", 403)
    with pytest.raises(FeedProblem) as problem:
        read_jsm(server)

    assert turn.names == ()
    assert problem.value.fault is Fault.REFUSED


@pytest.mark.parametrize("read", [read_pagerduty, read_jsm])
def test_an_answer_that_is_nested_too_deep_is_not_readable(read, server: FeedServer) -> None:
    server.put("/oncalls", b"[" * 100_000)
    server.put("/jsm/v1/schedules/S1/timeline", b"[" * 100_000)

    with pytest.raises(FeedProblem) as problem:
        read(server)

    assert problem.value.fault is Fault.NOT_READABLE
