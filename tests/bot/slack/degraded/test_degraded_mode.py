"""Cut off or crashed for an hour: what people did meanwhile is on the record, once, and the record says when Muster was away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.simulation.replay.form_input import form_values
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.simulation.replay.scenario import read_scenario
from bot.simulation.replay.scenario_policy import script_policy
from incident.entries.conversation import (
    GapNoted,
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    SourceChanged,
)
from incident.entry import EntryPoint
from incident.frozen import utc_text
from sandbox.state.entities import Person
from tests.support.worker_env import START

SCRIPT = read_scenario(Path(__file__).parents[3] / "scenarios" / "own-outage-live.yaml")
FIELDS = {
    "title": "Payments fail",
    "service": "checkout",
    "impact": 1,
    "urgency": 2,
    "category": "App",
    "owner_group": "pay",
}


class Play:
    """A stage on which an incident is declared, with two messages said, of which one is marked."""

    def __init__(self, stage: ReplayEnvironment) -> None:
        self.stage = stage
        self.policy = script_policy(SCRIPT, stage.users)
        stage.open(self.policy)
        view = stage.open_form(self.users["ilse"], stage.sandbox.workspace.find_channel("general").id, "declare")
        stage.submit(self.users["ilse"], view, form_values(view, FIELDS))
        stage.settle()
        for name in ("eva", "rob"):
            stage.join_current_channel(self.users[name])
        self.first = self.says("rob", "the replica is lagging")
        self.second = self.says("eva", "I see it too")
        self.actor.react(self.users["eva"], self.channel, self.first, "pushpin")
        stage.settle()

    @property
    def users(self) -> dict[str, str]:
        return self.stage.users

    @property
    def actor(self):
        return self.stage.sandbox.actor

    @property
    def channel(self) -> str:
        assert self.stage.channel is not None
        return self.stage.channel

    def passes(self, minutes: float) -> None:
        self.stage.advance_to(self.stage.clock.now() + timedelta(minutes=minutes))

    def says(self, name: str, text: str, thread: str | None = None) -> str:
        self.passes(1)
        return self.actor.post(self.users[name], self.channel, text, thread)

    def facts(self, kind):
        return [entry.fact for entry in self.entries(kind)]

    def entries(self, *kinds):
        assert self.stage.incident is not None
        wanted = [kind.kind for kind in kinds]
        found = self.stage.entries(self.stage.incident)
        return [entry for entry in found if not wanted or entry.fact.kind in wanted]

    def chatter(self) -> str:
        """Let people talk, change, delete, mark, join and leave for an hour; give the ts of what was said first."""
        said = self.says("ilse", "failing over now")
        self.says("eva", "watching the graphs", thread=said)
        self.passes(1)
        self.actor.edit(self.users["rob"], self.channel, self.first, "the replica is lagging by 40 s")
        self.actor.delete(self.users["eva"], self.channel, self.second)
        self.actor.react(self.users["eva"], self.channel, said, "pushpin")
        self.actor.join(self.users["omar"], self.channel)
        self.actor.leave(self.users["rob"], self.channel)
        self.passes(55)
        return said

    def crash(self) -> None:
        """End Muster without a goodbye, and with it what it remembers."""
        muster = self.stage.muster
        for one in muster.receivers:
            one.stop()
        muster.gateway.replies.responder.close()
        muster.worker.stop()
        muster.store.close()
        self.stage.is_cut_off = True

    def restart(self) -> None:
        """Start Muster anew on the same database."""
        self.stage.open(self.policy)
        self.stage.is_cut_off = False
        self.stage.settle()


@pytest.fixture
def play() -> Iterator[Play]:
    people = {name: Person(name, name.capitalize()) for name in SCRIPT.people}
    stage = ReplayEnvironment(people, clock=SetClock(START), channels=("incidents",))
    try:
        yield Play(stage)
    finally:
        stage.close()


def assert_read_back(play: Play, said: str, begins: str, ends: str) -> None:
    """The record holds what Slack still shows of the hour, each thing once and between the two ends of the gap."""
    gap = play.entries(GapNoted)
    assert [(e.fact.edge, utc_text(e.occurred_at), e.by) for e in gap] == [
        ("begins", begins, "muster"),
        ("ends", ends, "muster"),
    ]
    back = [entry for entry in play.entries() if entry.source.surface is EntryPoint.HISTORY]
    assert all(gap[0].n < entry.n < gap[1].n for entry in back)
    assert gap[1].fact.recovered >= len(back) == 8
    posted = [(fact.text, fact.thread_ts) for fact in play.facts(MessagePosted)]
    assert posted[2:] == [("failing over now", None), ("watching the graphs", said)]
    assert [fact.text for fact in play.facts(MessageEdited)] == ["the replica is lagging by 40 s"]
    assert [fact.previous for fact in play.facts(MessageDeleted)] == ["I see it too"]
    assert [fact.text for fact in play.facts(MessagePinned)] == ["the replica is lagging", "failing over now"]
    assert [fact.change for fact in play.facts(SourceChanged)] == ["edited"]
    assert [fact.who[-4:] for fact in play.facts(Joined)][-1] == "OMAR"
    assert [fact.who[-3:] for fact in play.facts(Left)] == ["ROB"]


def test_what_people_did_in_an_hour_without_a_connection_is_read_back(play: Play) -> None:
    begins = utc_text(play.stage.clock.now())
    play.stage.cut_off()
    said = play.chatter()

    play.stage.restore_connections(late=False)

    assert_read_back(play, said, begins, utc_text(play.stage.clock.now()))


def test_each_thing_that_was_read_back_carries_when_it_happened_and_when_it_was_recorded(play: Play) -> None:
    play.stage.cut_off()
    play.chatter()
    now = play.stage.clock.now()

    play.stage.restore_connections(late=False)

    dated = [
        e for e in play.entries(MessagePosted, MessageEdited, Joined, Left) if e.source.surface is EntryPoint.HISTORY
    ]
    assert len(dated) == 5
    assert all(e.occurred_at < now - timedelta(minutes=50) and e.recorded_at == now for e in dated)


def test_what_slack_delivers_late_after_it_was_read_back_adds_only_what_nobody_could_read(play: Play) -> None:
    play.stage.cut_off()
    said = play.chatter()
    play.stage.restore_connections(late=False)
    before = play.entries()

    assert play.stage.sandbox.redeliver()
    play.stage.settle()

    later = [entry.fact.kind for entry in play.entries()[len(before) :]]
    assert later == ["reacted"]
    assert len(play.facts(MessagePosted)) == 4
    assert [fact.ts for fact in play.facts(MessagePinned)] == [play.first, said]


def test_what_slack_delivered_late_is_not_read_back_again(play: Play) -> None:
    play.stage.cut_off()
    play.chatter()

    play.stage.restore_connections(late=True)

    assert [e for e in play.entries() if e.source.surface is EntryPoint.HISTORY] == []
    assert len(play.facts(MessagePosted)) == 4
    assert len(play.facts(MessageDeleted)) == 1


def test_a_message_changed_before_it_was_heard_keeps_its_original_when_that_comes_late(play: Play) -> None:
    play.stage.cut_off()
    ts = play.says("rob", "it is the cache")
    play.passes(1)
    play.actor.edit(play.users["rob"], play.channel, ts, "it is the pool")
    play.passes(5)
    play.stage.restore_connections(late=False)
    read = [fact.text for fact in play.facts(MessagePosted)]

    assert play.stage.sandbox.redeliver()
    play.stage.settle()

    assert "it is the cache" not in read
    assert play.facts(MessagePosted)[-1].text == "it is the cache"
    assert [fact.text for fact in play.facts(MessageEdited)] == ["it is the pool"]


def test_after_a_crash_the_heartbeat_tells_since_when_nobody_was_there(play: Play) -> None:
    play.stage.muster.gap_detector.check()
    begins = utc_text(play.stage.clock.now())
    play.crash()
    said = play.chatter()

    play.restart()

    assert_read_back(play, said, begins, utc_text(play.stage.clock.now()))


def test_without_the_heartbeat_a_crash_would_leave_no_trace_of_the_gap(play: Play) -> None:
    play.stage.muster.gap_detector.check()
    store = play.stage.muster.store
    store.transactions.write(lambda connection: connection.exec_driver_sql("DELETE FROM presence").rowcount)
    play.crash()
    play.chatter()

    play.restart()

    assert play.entries(GapNoted) == []
    assert len(play.facts(MessagePosted)) == 4


def test_crashed_again_while_it_reads_back_it_brackets_the_gap_once(play: Play) -> None:
    play.stage.muster.gap_detector.check()
    play.crash()
    play.chatter()
    play.stage.open(play.policy)
    play.crash()
    play.passes(1)

    play.restart()

    edges = [fact.edge for fact in play.facts(GapNoted)]
    assert edges.count("begins") == edges.count("ends") >= 1
    assert len(play.facts(MessagePosted)) == 4


def test_the_channel_is_told_that_muster_was_away_and_what_to_repeat(play: Play) -> None:
    play.stage.cut_off()
    play.chatter()

    play.stage.restore_connections()

    said = [m.text for m in play.stage.sandbox.workspace.find_channel(play.channel).messages.values()]
    [told] = [text for text in said if "cut off" in text]
    assert "please repeat" in told


def test_without_the_natural_keys_what_comes_late_would_stand_there_twice(play: Play) -> None:
    play.stage.cut_off()
    play.chatter()
    play.stage.restore_connections(late=False)
    store = play.stage.muster.store
    store.transactions.write(lambda connection: connection.exec_driver_sql("DELETE FROM message_key").rowcount)

    assert play.stage.sandbox.redeliver()
    play.stage.settle()

    assert len(play.facts(MessagePosted)) > 4
