"""Killed while it declares, Muster completes the incident when it is started again: one channel, no post twice.

Every failpoint is swept in sweep/. Here each protection of sending is disabled once, which proves that the tests detect it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from incident.model.subscription import Subscription
from incident.states import Priority
from roles.person_ids import slack_person
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from sandbox.state.mutations import channel_mutations
from storage.store import Store, open_store
from tests.support.failpoint_runner import KILLED, FailpointRunner
from tests.support.policies import worker_policy
from tests.support.worker_env import PEOPLE, posts

COMPLETED = 0


@dataclass
class KillEnv:
    """A workspace and a database that outlive the processes working on them."""

    sandbox: Sandbox
    url: str
    runner: FailpointRunner
    settings: dict[str, Any]

    def muster(self, *, declares: bool = False, at: str = "", without: str = "") -> int:
        """Run Muster until it ends or is killed at a failpoint; return its exit code."""
        self.runner.start("kill_declaration", self.settings | {"point": at, "without": without, "declares": declares})
        ended = self.runner.ended()
        assert ended in (COMPLETED, KILLED)
        return ended

    def channels(self) -> list[str]:
        """The names of the channels made for incidents."""
        made = self.sandbox.workspace.channels.values()
        return [c.name for c in made if c.creator == self.sandbox.workspace.bot.id and c.name.startswith("inc-")]

    def texts(self, channel: str) -> list[str]:
        return [message.text for message in posts(self.sandbox.workspace.find_channel(channel), self.sandbox)]

    def notices(self, name: str) -> list[str]:
        """The direct messages to a person."""
        person = next(one for one in self.sandbox.workspace.people.values() if one.name == name)
        return [message.text for message in posts(self.sandbox.workspace.dm(person.id), self.sandbox)]

    def store(self) -> Store:
        return open_store(self.url, team=self.sandbox.workspace.team_id)


@pytest.fixture
def env(sqlite_url: str, failpoint_runner: FailpointRunner) -> Iterator[KillEnv]:
    people = [Person(name, name.capitalize()) for name in PEOPLE]
    with Sandbox(people, channels=("general", "incidents", "exec"), strict_tiers=False) as sandbox:
        users = {person.name: person.id for person in people}
        team = sandbox.workspace.team_id
        settings = {
            "api": sandbox.base_url,
            "token": sandbox.bot_token,
            "team": team,
            "bot": sandbox.workspace.bot.id,
            "by": users["ilse"],
            "database": sqlite_url,
            "policy": worker_policy(team, users).model_dump_json(),
        }
        yield KillEnv(sandbox, sqlite_url, failpoint_runner, settings)


def assert_complete(env: KillEnv) -> None:
    """The incident is complete, and nothing is there twice."""
    assert env.channels() == ["inc-2026-0001-payments-fail"]
    channel = env.sandbox.workspace.find_channel(env.channels()[0])
    assert {"ilse", "eva"} <= {env.sandbox.workspace.people[user].name for user in channel.members}
    assert Counter(env.texts(channel.name)).most_common(1)[0][1] == 1
    assert len(env.texts(channel.name)) == 2
    assert len(channel.pins) == 1
    assert channel.topic.value.startswith("INC-2026-0001 P1 major")
    assert [mark.title for mark in channel.bookmarks.values()] == ["Runbook"]
    assert len(env.texts("incidents")) == 1
    with env.store() as store:
        assert store.jobs.dead_letters() == ()


def test_killed_several_times_muster_still_completes_the_incident(env: KillEnv) -> None:
    env.muster(declares=True, at="make_channel:conversations.create:after")
    env.muster(at="card:chat.postMessage:after")
    env.muster(at="say:chat.postMessage:after")

    env.muster()

    assert_complete(env)


def subscribed(env: KillEnv) -> None:
    """Have Rosa read of every P1."""
    rosa = slack_person(
        env.settings["team"], next(p.id for p in env.sandbox.workspace.people.values() if p.name == "rosa")
    )
    choice = Subscription(person=rosa, since=datetime(2026, 1, 1, tzinfo=UTC), priorities=(Priority.P1,))
    with env.store() as store:
        store.recorder.transact(lambda unit: unit.subscribe(env.settings["team"], rosa, choice))


@pytest.mark.parametrize(
    "point",
    [
        "make_channel:claimed",  # committed, and none of its messages sent
        "subscriber_notice:claimed",
        "subscriber_notice:chat.postMessage:before",
        "subscriber_notice:chat.postMessage:after",
        "subscriber_notice:completed",
    ],
)
def test_killed_between_commit_and_message_a_subscriber_reads_of_the_incident_once(env: KillEnv, point: str) -> None:
    subscribed(env)
    assert env.muster(declares=True, at=point) == KILLED

    env.muster()

    [notice] = env.notices("rosa")
    assert "P1, major, on checkout" in notice
    with env.store() as store:
        assert store.jobs.dead_letters() == ()


def test_without_the_lookup_by_metadata_a_subscriber_reads_of_the_incident_twice(env: KillEnv) -> None:
    subscribed(env)
    env.muster(declares=True, at="subscriber_notice:chat.postMessage:after")

    env.muster(without="messages")

    assert len(env.notices("rosa")) == 2


def test_without_the_lookup_by_metadata_the_card_is_posted_twice(env: KillEnv) -> None:
    env.muster(declares=True, at="card:chat.postMessage:after")

    env.muster(without="messages")

    assert Counter(env.texts(env.channels()[0])).most_common(1)[0][1] == 2


def test_without_a_job_key_a_line_is_posted_twice(env: KillEnv) -> None:
    env.muster(declares=True, at="say:chat.postMessage:after")

    env.muster(without="keys")

    assert Counter(env.texts(env.channels()[0])).most_common(1)[0][1] == 2


def test_without_the_lookup_of_our_channel_two_are_created(env: KillEnv) -> None:
    env.muster(declares=True, at="make_channel:conversations.create:after")

    env.muster(without="channels")

    assert env.channels() == ["inc-2026-0001-payments-fail", "inc-2026-0001-payments-fail-2"]


def test_a_channel_of_that_name_created_by_a_person_is_not_used(env: KillEnv) -> None:
    taken = channel_mutations.create(env.sandbox.workspace, "inc-2026-0001-payments-fail", env.settings["by"])
    env.muster(declares=True, at="make_channel:conversations.create:before")

    env.muster()

    assert env.channels() == ["inc-2026-0001-payments-fail-2"]
    assert posts(taken, env.sandbox) == []


def test_without_checking_the_creator_a_channel_of_a_person_is_used(env: KillEnv) -> None:
    channel_mutations.create(env.sandbox.workspace, "inc-2026-0001-payments-fail", env.settings["by"])
    env.muster(declares=True, at="make_channel:conversations.create:before")

    env.muster(without="ownership")

    assert env.channels() == []
