"""Many people join one channel: what a join costs does not grow with how many have joined before."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event

from commands.core.capture import Capture, capture_all
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run
from incident.entries.conversation import Joined
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Source
from storage.store import Store
from tests.support.clock import T0
from tests.support.policies import team_policy

TEAM = "T1"
POLICY = team_policy()


def joins(first: int, count: int, surface: EntryPoint) -> list[Capture]:
    people = [f"slack:{TEAM}:U{n:05}" for n in range(first, first + count)]
    return [
        Capture(
            team=TEAM,
            fact=Joined(channel="C1", who=who),
            by=who,
            occurred_at=T0,
            source=Source(surface=surface, channel="C1", event=f"Ev{who}"),
        )
        for who in people
    ]


def test_joins_that_arrive_together_are_recorded_at_once_and_read_no_former_join(sqlite_store: Store) -> None:
    request = Request(
        verb="declare",
        fields={"title": "Payments fail", "service": "checkout", "impact": 1, "urgency": 1},
        actor=Actor(id=f"slack:{TEAM}:U1"),
        team=TEAM,
        place=Place(),
        source=Source(surface=EntryPoint.CLI),
        key="declared",
        at=T0,
    )
    recorder = sqlite_store.recorder
    key = run(request, recorder=recorder, policy=POLICY, policy_hash="0" * 64).key
    assert key is not None
    note_outcome(key, [ChannelMade(channel="C1", name="inc")], job="made", recorder=recorder, policy=POLICY, at=T0)
    statements: list[str] = []
    event.listen(sqlite_store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def cost(first: int, count: int, surface: EntryPoint = EntryPoint.EVENT) -> tuple[int, int]:
        """Return how many statements some joins took, and how many of them read entries."""
        statements.clear()
        at = T0 + timedelta(seconds=first)
        outcomes = capture_all(joins(first, count, surface), recorder=recorder, policy=POLICY, at=at)
        assert len({outcome.first for outcome in outcomes if outcome}) == count
        return len(statements), sum("FROM entry" in one and "body" in one for one in statements)

    few, many = cost(100, 10), cost(200, 100)

    assert many[0] - few[0] <= 95  # Each entry is one statement; all else is done once.
    assert (few[1], many[1]) == (0, 0)
    assert cost(400, 1)[1] == 0
    assert cost(500, 60, EntryPoint.HISTORY)[1] == 1
