"""Captures that arrive together are recorded in one batch as they would be one by one: same entries, results and order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.core.capture import Capture, CapturedFact, capture, capture_all
from incident.entries.conversation import Joined, Left, MessageDeleted, MessageEdited, MessagePosted
from incident.entry import EntryPoint, Source
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, TEAM, CommandBench, who

TIMES = ("1780999500.000100", "1780999501.000100", "1780999502.000100")
PLACES = (CHANNEL, "C999")


def captured_facts() -> st.SearchStrategy[CapturedFact]:
    place, ts = st.sampled_from(PLACES), st.sampled_from(TIMES)
    words = st.sampled_from(("rolling back", "error rate falls"))
    rob, people = st.just(who("rob")), st.sampled_from((who("eva"), who("nadia"), who("rob")))
    return st.one_of(
        st.builds(MessagePosted, channel=place, ts=ts, author=rob, text=words),
        st.builds(MessageEdited, channel=place, ts=ts, author=rob, text=words, edited_ts=st.just("1780999600.000100")),
        st.builds(MessageDeleted, channel=place, ts=ts, author=rob, previous=words),
        st.builds(Joined, channel=place, who=people),
        st.builds(Left, channel=place, who=people),
    )


def captures(facts: list[CapturedFact], surface: EntryPoint = EntryPoint.EVENT) -> list[Capture]:
    return [
        Capture(
            team=TEAM,
            fact=fact,
            by=who("rob"),
            occurred_at=T(5),
            source=Source(surface=surface, channel=fact.channel, event=f"Ev{n}"),
        )
        for n, fact in enumerate(facts)
    ]


@settings(max_examples=60)
@given(
    facts=st.lists(captured_facts(), min_size=1, max_size=12),
    surface=st.sampled_from((EntryPoint.EVENT, EntryPoint.HISTORY)),
)
def test_a_batch_records_the_same_as_single_captures(facts: list[CapturedFact], surface: EntryPoint) -> None:
    together, alone = CommandBench().declared(), CommandBench().declared()
    many = captures(facts, surface)
    given_way = {"policy": together.policy, "at": T(6)}

    came_of = capture_all(many, recorder=together.memory, **given_way)
    # By channel, since messages of different channels have no order among them.
    turn = sorted(range(len(many)), key=lambda n: many[n].fact.channel)
    singly = {n: capture(many[n], recorder=alone.memory, **given_way) for n in turn}

    assert came_of == [singly[n] for n in range(len(many))]
    assert results_of(together) == results_of(alone)
    assert together.incident == alone.incident


def results_of(desk: CommandBench) -> list[tuple[object, ...]]:
    return [(entry.n, entry.fact, entry.by, entry.occurred_at, entry.source) for entry in desk.entries()]


def test_a_run_of_messages_loads_the_incident_once(room: CommandBench) -> None:
    many = captures([MessagePosted(channel=CHANNEL, ts=ts, author=who("rob"), text="x") for ts in TIMES])

    came_of = capture_all(many, recorder=room.memory, policy=room.policy, at=T(6))

    last = room.entries()[-1].n
    assert [outcome.first for outcome in came_of if outcome] == [last - 2, last - 1, last]
    assert not any(outcome.repeated for outcome in came_of if outcome)
    again = capture_all(many, recorder=room.memory, policy=room.policy, at=T(7))
    assert [outcome.repeated for outcome in again if outcome] == [True, True, True]
    assert room.entries()[-1].n == last


def test_a_message_that_is_twice_in_a_batch_is_recorded_once(room: CommandBench) -> None:
    one = MessagePosted(channel=CHANNEL, ts=TIMES[0], author=who("rob"), text="x")

    first, second = capture_all(captures([one, one]), recorder=room.memory, policy=room.policy, at=T(6))

    assert first is not None
    assert second is not None
    assert (first.repeated, second.repeated) == (False, True)
    assert sum(isinstance(entry.fact, MessagePosted) for entry in room.entries()) == 1
