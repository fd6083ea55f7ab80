"""An hour without a connection or a process: messages of that hour are recorded once, and the record shows the gap."""

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


class IncidentDuringOutage:
    """An incident with two messages in its channel, one of them pinned."""

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
        slugs = [kind.kind for kind in kinds]
        found = self.stage.entries(self.stage.incident)
        return [entry for entry in found if not slugs or entry.fact.kind in slugs]

    def chatter(self) -> str:
        """Post, edit, delete, pin, join and leave for an hour; return the ts of the first message."""
        first_ts = self.says("ilse", "failing over now")
        self.says("eva", "watching the graphs", thread=first_ts)
        self.passes(1)
        self.actor.edit(self.users["rob"], self.channel, self.first, "the replica is lagging by 40 s")
        self.actor.delete(self.users["eva"], self.channel, self.second)
        self.actor.react(self.users["eva"], self.channel, first_ts, "pushpin")
        self.actor.join(self.users["omar"], self.channel)
        self.actor.leave(self.users["rob"], self.channel)
        self.passes(55)
        return first_ts

    def crash(self) -> None:
        """End Muster without a clean shutdown; its memory is lost."""
        muster = self.stage.muster
        for one in muster.receivers:
            one.stop()
        muster.gateway.replies.responder.close()
        muster.worker.stop()
        muster.store.close()
        self.stage.is_cut_off = True

    def restart(self) -> None:
        """Start Muster again on the same database."""
        self.stage.open(self.policy)
        self.stage.is_cut_off = False
        self.stage.settle()


@pytest.fixture
def outage() -> Iterator[IncidentDuringOutage]:
    people = {name: Person(name, name.capitalize()) for name in SCRIPT.people}
    stage = ReplayEnvironment(people, clock=SetClock(START), channels=("incidents",))
    try:
        yield IncidentDuringOutage(stage)
    finally:
        stage.close()


def assert_backfilled(outage: IncidentDuringOutage, first_ts: str, begins: str, ends: str) -> None:
    """The record holds everything of the hour that Slack still shows, once and between the two entries of the gap."""
    gap = outage.entries(GapNoted)
    assert [(e.fact.edge, utc_text(e.occurred_at), e.by) for e in gap] == [
        ("begins", begins, "muster"),
        ("ends", ends, "muster"),
    ]
    back = [entry for entry in outage.entries() if entry.source.surface is EntryPoint.HISTORY]
    assert all(gap[0].n < entry.n < gap[1].n for entry in back)
    assert gap[1].fact.recovered >= len(back) == 8
    posted = [(fact.text, fact.thread_ts) for fact in outage.facts(MessagePosted)]
    assert posted[2:] == [("failing over now", None), ("watching the graphs", first_ts)]
    assert [fact.text for fact in outage.facts(MessageEdited)] == ["the replica is lagging by 40 s"]
    assert [fact.previous for fact in outage.facts(MessageDeleted)] == ["I see it too"]
    assert [fact.text for fact in outage.facts(MessagePinned)] == ["the replica is lagging", "failing over now"]
    assert [fact.change for fact in outage.facts(SourceChanged)] == ["edited"]
    assert [fact.who[-4:] for fact in outage.facts(Joined)][-1] == "OMAR"
    assert [fact.who[-3:] for fact in outage.facts(Left)] == ["ROB"]


def test_an_hour_without_a_connection_is_backfilled(outage: IncidentDuringOutage) -> None:
    begins = utc_text(outage.stage.clock.now())
    outage.stage.cut_off()
    first_ts = outage.chatter()

    outage.stage.restore_connections(late=False)

    assert_backfilled(outage, first_ts, begins, utc_text(outage.stage.clock.now()))


def test_a_backfilled_entry_has_the_time_of_the_event_and_of_the_recording(outage: IncidentDuringOutage) -> None:
    outage.stage.cut_off()
    outage.chatter()
    now = outage.stage.clock.now()

    outage.stage.restore_connections(late=False)

    dated = [
        e for e in outage.entries(MessagePosted, MessageEdited, Joined, Left) if e.source.surface is EntryPoint.HISTORY
    ]
    assert len(dated) == 5
    assert all(e.occurred_at < now - timedelta(minutes=50) and e.recorded_at == now for e in dated)


def test_late_events_after_a_backfill_add_only_what_could_not_be_read(outage: IncidentDuringOutage) -> None:
    outage.stage.cut_off()
    first_ts = outage.chatter()
    outage.stage.restore_connections(late=False)
    before = outage.entries()

    assert outage.stage.sandbox.redeliver()
    outage.stage.settle()

    later = [entry.fact.kind for entry in outage.entries()[len(before) :]]
    assert later == ["reacted"]
    assert len(outage.facts(MessagePosted)) == 4
    assert [fact.ts for fact in outage.facts(MessagePinned)] == [outage.first, first_ts]


def test_events_delivered_late_are_not_backfilled_again(outage: IncidentDuringOutage) -> None:
    outage.stage.cut_off()
    outage.chatter()

    outage.stage.restore_connections(late=True)

    assert [e for e in outage.entries() if e.source.surface is EntryPoint.HISTORY] == []
    assert len(outage.facts(MessagePosted)) == 4
    assert len(outage.facts(MessageDeleted)) == 1


def test_the_original_of_an_edited_message_is_recorded_when_its_event_comes_late(outage: IncidentDuringOutage) -> None:
    outage.stage.cut_off()
    ts = outage.says("rob", "it is the cache")
    outage.passes(1)
    outage.actor.edit(outage.users["rob"], outage.channel, ts, "it is the pool")
    outage.passes(5)
    outage.stage.restore_connections(late=False)
    read = [fact.text for fact in outage.facts(MessagePosted)]

    assert outage.stage.sandbox.redeliver()
    outage.stage.settle()

    assert "it is the cache" not in read
    assert outage.facts(MessagePosted)[-1].text == "it is the cache"
    assert [fact.text for fact in outage.facts(MessageEdited)] == ["it is the pool"]


def test_after_a_crash_the_gap_starts_at_the_last_heartbeat(outage: IncidentDuringOutage) -> None:
    outage.stage.muster.gap_detector.check()
    begins = utc_text(outage.stage.clock.now())
    outage.crash()
    first_ts = outage.chatter()

    outage.restart()

    assert_backfilled(outage, first_ts, begins, utc_text(outage.stage.clock.now()))


def test_without_the_heartbeat_a_crash_leaves_no_gap_on_the_record(outage: IncidentDuringOutage) -> None:
    outage.stage.muster.gap_detector.check()
    store = outage.stage.muster.store
    store.transactions.write(lambda connection: connection.exec_driver_sql("DELETE FROM presence").rowcount)
    outage.crash()
    outage.chatter()

    outage.restart()

    assert outage.entries(GapNoted) == []
    assert len(outage.facts(MessagePosted)) == 4


def test_a_second_crash_during_the_backfill_records_the_gap_once(outage: IncidentDuringOutage) -> None:
    outage.stage.muster.gap_detector.check()
    outage.crash()
    outage.chatter()
    outage.stage.open(outage.policy)
    outage.crash()
    outage.passes(1)

    outage.restart()

    edges = [fact.edge for fact in outage.facts(GapNoted)]
    assert edges.count("begins") == edges.count("ends") >= 1
    assert len(outage.facts(MessagePosted)) == 4


def test_the_channel_reads_that_muster_was_down_and_what_to_repeat(outage: IncidentDuringOutage) -> None:
    outage.stage.cut_off()
    outage.chatter()

    outage.stage.restore_connections()

    texts = [m.text for m in outage.stage.sandbox.workspace.find_channel(outage.channel).messages.values()]
    [notice] = [text for text in texts if "offline" in text]
    assert "please repeat" in notice


def test_without_message_keys_a_late_event_is_recorded_twice(outage: IncidentDuringOutage) -> None:
    outage.stage.cut_off()
    outage.chatter()
    outage.stage.restore_connections(late=False)
    store = outage.stage.muster.store
    store.transactions.write(lambda connection: connection.exec_driver_sql("DELETE FROM message_key").rowcount)

    assert outage.stage.sandbox.redeliver()
    outage.stage.settle()

    assert len(outage.facts(MessagePosted)) > 4
