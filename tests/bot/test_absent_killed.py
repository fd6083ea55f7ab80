"""Killed at any point without its database or while draining, Muster loses nothing it acknowledged and doubles nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.failpoints import ABSENT, FAILPOINTS
from storage.store import open_store
from tests.bot.absent import House
from tests.dbproxy import DatabaseProxy

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = (
    "unrecorded:conversations.create:before",
    "unrecorded:conversations.create:after",
    "unrecorded:conversations.invite:after",
    "unrecorded:chat.postMessage:after",
    "unrecorded:pins.add:after",
    "spool:request:after",
    "spool:capture:after",
    "spool:step:after",
)
DRAINING = (
    "unrecorded:chat.update:after",
    "unrecorded:conversations.rename:after",
    "unrecorded:chat.postMessage:after",
    "spool:tell:after",
    "spool:done:after",
)


@dataclass
class Forge:
    """Muster processes on one workspace and one spool."""

    house: House
    proxy: DatabaseProxy
    process: subprocess.Popen[str]
    url: str

    def start(self, *, point: str = "", drains: bool = False) -> int:
        """Start one, and give its process id once it listens."""
        settings = self.house.settings()
        told = {
            "point": point,
            "drains": drains,
            "settings": {
                "slack_bot_token": self.house.sandbox.bot_token,
                "slack_app_token": self.house.sandbox.app_token,
                "slack_api_url": self.house.sandbox.base_url,
                "database_url": self.proxy.url,
                "MUSTER_POLICY": str(settings.policy),
                "MUSTER_SPOOL": str(settings.spool),
            },
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bot.absent_killed"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        yield started
        assert started.stdin is not None
        started.stdin.close()


@pytest.fixture
def forge(process: subprocess.Popen[str], postgres_url: str, tmp_path: Path) -> Iterator[Forge]:
    proxy = DatabaseProxy(postgres_url)
    house = House(tmp_path, proxy.url, starts=False)
    yield Forge(house, proxy, process, postgres_url)
    proxy.close()
    house.sandbox.stop()


def declare_without_database(forge: Forge, point: str) -> bool:
    """Declare and say something while the database is absent; tell whether a Muster was killed meanwhile."""
    house, acting = forge.house, forge.house.acting
    forge.proxy.set("refuse")
    first = child = forge.start(point=point)
    assert house.sandbox.wait_for_socket(20)
    acting.slash("ann", "general", "/incident", "declare service=checkout impact=1 urgency=1 Payments fail")
    child = revived_until(forge, child, lambda: [c for c in house.channels("inc-unrecorded") if c.pins])
    acting.post("ann", house.channels("inc-unrecorded")[0].id, "The gateway times out")
    child = revived_until(forge, child, lambda: house.sandbox.settle(0.2))
    os.kill(child, signal.SIGKILL)
    forge.ended()
    return child != first


def revived_until(forge: Forge, child: int, come_about: Callable[[], object]) -> int:
    """Wait until something has come about, starting Muster again when it was killed; give its process id."""
    deadline = time.monotonic() + 40
    while not (done := come_about()) or not is_alive(child):
        assert time.monotonic() < deadline, "it did not come about in time"
        if not is_alive(child):
            assert forge.ended() == -signal.SIGKILL
            child = forge.start()
            assert forge.house.sandbox.wait_for_socket(20)
            if done:
                break
        time.sleep(0.02)
    return child


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; one that ended and was not waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def assert_complete(forge: Forge) -> None:
    house = forge.house
    incs = house.channels("inc-")
    assert [one.name for one in incs] == ["inc-2026-0001-payments-fail"]
    with open_store(forge.url, team=house.sandbox.workspace.team_id) as store:
        listed = store.queries.incidents(house.sandbox.workspace.team_id)
        assert [one.number for one in listed] == ["INC-2026-0001"]
        entries: Any = store.recorder.read(lambda reader: reader.entries(listed[0].key))
    kinds = Counter(entry.fact.kind for entry in entries)
    assert kinds["declared"] == kinds["channel_made"] == kinds["message_posted"] == 1
    said = house.ours(incs[0])
    assert sum("record is complete" in text for text in said) == 1
    assert sum("is on the record as" in text for text in said) == 1
    assert not any("Not recorded yet" in text for text in said)
    assert not list((house.folder / "spool").glob("*.jsonl"))[1:]


def test_every_point_that_is_reached_without_the_database_is_one_at_which_it_is_killed_here() -> None:
    assert set(ABSENT) == {point for point in (*WITHOUT, *DRAINING) if point.startswith("spool:")}
    assert set(ABSENT) < set(FAILPOINTS)


@pytest.mark.parametrize("point", WITHOUT)
def test_killed_there_without_the_database_and_started_again_it_ends_well(forge: Forge, point: str) -> None:
    killed = declare_without_database(forge, point)

    forge.proxy.set("ok")
    forge.start(drains=True)

    assert killed
    assert forge.ended() == 0
    assert_complete(forge)


@pytest.mark.parametrize("point", DRAINING)
def test_killed_there_while_draining_and_started_again_it_ends_well(forge: Forge, point: str) -> None:
    declare_without_database(forge, "")

    forge.proxy.set("ok")
    forge.start(point=point, drains=True)
    died = forge.ended()
    forge.start(drains=True)

    assert died == -signal.SIGKILL
    assert forge.ended() == 0
    assert_complete(forge)
