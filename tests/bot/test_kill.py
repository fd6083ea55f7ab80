"""Killed while it declares, Muster completes the incident when it is started again: one channel, no post twice.

Every point is swept in sweep/; here each guard of sending is taken out once, to show that this would be noticed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from sandbox.state.entities import Person
from sandbox.state.mutations import channel_mutations
from storage.store import Store, open_store
from tests.bot.rig import PEOPLE, posts, the_policy

ROOT = Path(__file__).resolve().parents[2]
ENDED_WELL = 0


@dataclass
class House:
    """A workspace and a database that outlive the processes working on them."""

    sandbox: Sandbox
    url: str
    process: subprocess.Popen[str]
    environ: dict[str, str]

    def muster(self, *, declares: bool = False, at: str = "", without: str = "") -> int:
        """Run Muster to its end, or to its death at a point; give how it ended."""
        told = {"MUSTER_FAILPOINT": at, "RIG_WITHOUT": without, "RIG_DECLARES": "yes" if declares else ""}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(self.environ | told) + "\n")
        self.process.stdin.flush()
        ended = int(self.process.stdout.readline())
        assert ended in (ENDED_WELL, -signal.SIGKILL)
        return ended

    def channels(self) -> list[str]:
        """The names of the channels made for incidents."""
        made = self.sandbox.workspace.channels.values()
        return [c.name for c in made if c.creator == self.sandbox.workspace.bot.id and c.name.startswith("inc-")]

    def texts(self, channel: str) -> list[str]:
        return [message.text for message in posts(self.sandbox.workspace.find_channel(channel), self.sandbox)]

    def store(self) -> Store:
        return open_store(self.url, team=self.sandbox.workspace.team_id)


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    """Give the process that forks a Muster for each line it is told."""
    command = [sys.executable, "-m", "tests.bot.killed"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        yield started
        assert started.stdin is not None
        started.stdin.close()


@pytest.fixture
def house(sqlite_url: str, process: subprocess.Popen[str]) -> Iterator[House]:
    people = [Person(name, name.capitalize()) for name in PEOPLE]
    with Sandbox(people, channels=("general", "incidents", "exec"), strict_tiers=False) as sandbox:
        users = {person.name: person.id for person in people}
        team = sandbox.workspace.team_id
        environ = {
            "RIG_API": sandbox.base_url,
            "RIG_TOKEN": sandbox.bot_token,
            "RIG_TEAM": team,
            "RIG_BOT": sandbox.workspace.bot.id,
            "RIG_BY": users["ilse"],
            "RIG_DATABASE": sqlite_url,
            "RIG_POLICY": the_policy(team, users).model_dump_json(),
        }
        yield House(sandbox, sqlite_url, process, environ)


def assert_complete(house: House) -> None:
    """The incident stands as if nothing had happened, and nothing stands there twice."""
    assert house.channels() == ["inc-2026-0001-payments-fail"]
    channel = house.sandbox.workspace.find_channel(house.channels()[0])
    assert {"ilse", "eva"} <= {house.sandbox.workspace.people[user].name for user in channel.members}
    assert Counter(house.texts(channel.name)).most_common(1)[0][1] == 1
    assert len(house.texts(channel.name)) == 2
    assert len(channel.pins) == 1
    assert channel.topic.value.startswith("INC-2026-0001 P1 major")
    assert [mark.title for mark in channel.bookmarks.values()] == ["Runbook"]
    assert len(house.texts("incidents")) == 1
    with house.store() as store:
        assert store.jobs.dead_letters() == ()


def test_killed_again_and_again_it_still_ends_well(house: House) -> None:
    house.muster(declares=True, at="make_channel:conversations.create:after")
    house.muster(at="card:chat.postMessage:after")
    house.muster(at="say:chat.postMessage:after")

    house.muster()

    assert_complete(house)


def test_without_the_look_for_metadata_the_card_would_stand_there_twice(house: House) -> None:
    house.muster(declares=True, at="card:chat.postMessage:after")

    house.muster(without="messages")

    assert Counter(house.texts(house.channels()[0])).most_common(1)[0][1] == 2


def test_without_a_key_of_its_own_a_line_would_stand_there_twice(house: House) -> None:
    house.muster(declares=True, at="say:chat.postMessage:after")

    house.muster(without="keys")

    assert Counter(house.texts(house.channels()[0])).most_common(1)[0][1] == 2


def test_without_the_look_for_our_channel_there_would_be_two(house: House) -> None:
    house.muster(declares=True, at="make_channel:conversations.create:after")

    house.muster(without="channels")

    assert house.channels() == ["inc-2026-0001-payments-fail", "inc-2026-0001-payments-fail-2"]


def test_somebody_elses_channel_of_that_name_is_left_alone(house: House) -> None:
    taken = channel_mutations.create(house.sandbox.workspace, "inc-2026-0001-payments-fail", house.environ["RIG_BY"])
    house.muster(declares=True, at="make_channel:conversations.create:before")

    house.muster()

    assert house.channels() == ["inc-2026-0001-payments-fail-2"]
    assert posts(taken, house.sandbox) == []


def test_without_asking_who_made_it_somebody_elses_channel_would_be_taken(house: House) -> None:
    channel_mutations.create(house.sandbox.workspace, "inc-2026-0001-payments-fail", house.environ["RIG_BY"])
    house.muster(declares=True, at="make_channel:conversations.create:before")

    house.muster(without="ownership")

    assert house.channels() == []
