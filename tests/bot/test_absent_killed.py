"""Killed at any point without its database or while draining, Muster ends as it does when nobody disturbs it.

What is done in Slack without a database is the same whichever is absent, so on SQLite it dies behind the lines alone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.failpoints import ABSENT, FAILPOINTS
from storage.store import open_store
from tests import postgres
from tests.bot.absent import House
from tests.bot.sweep.standing import difference, standing
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
    "spool:mark:after",
    "spool:draft:after",
    "spool:step:after",
)
DRAINING = (
    "unrecorded:chat.update:after",
    "unrecorded:conversations.rename:after",
    "unrecorded:chat.postMessage:after",
    "spool:tell:after",
    "spool:done:after",
)
Stands = dict[str, Any]


def on_both(points: tuple[str, ...]) -> Any:
    """Give each point on PostgreSQL, and those of the spool on SQLite."""
    lines = [("sqlite", point) for point in points if point in ABSENT]
    return pytest.mark.parametrize(("kind", "point"), [*(("postgresql", point) for point in points), *lines])


class MovedFile:
    """A SQLite file that is taken away, with something in its place that nobody can open."""

    def __init__(self, path: Path) -> None:
        self._path, self._away = path, path.with_suffix(".away")
        self.url = f"sqlite:///{path}"

    def set(self, mode: Literal["ok", "refuse"]) -> None:
        if mode == "refuse":
            self._path.rename(self._away)
            self._path.mkdir()
        else:
            self._path.rmdir()
            self._away.rename(self._path)

    def close(self) -> None:
        """Leave it where it is."""


@dataclass
class Forge:
    """Muster processes on one workspace and one spool. `database` can be made absent; `url` leads past that."""

    house: House
    database: DatabaseProxy | MovedFile
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
                "database_url": self.database.url,
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


Forges = Callable[[str], AbstractContextManager[Forge]]


@pytest.fixture(scope="module")
def forges(
    process: subprocess.Popen[str],
    postgres_template: str,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Forges:
    """Give what opens a forge on a fresh database of a kind."""

    @contextmanager
    def opened(database: DatabaseProxy | MovedFile, url: str) -> Iterator[Forge]:
        with closing(database):
            house = House(tmp_path_factory.mktemp("house"), database.url, starts=False)
            yield Forge(house, database, process, url)
            house.sandbox.stop()

    @contextmanager
    def on(kind: str) -> Iterator[Forge]:
        if kind == "sqlite":
            file = MovedFile(Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("database") / "muster.db")))
            with opened(file, file.url) as forge:
                yield forge
            return
        with postgres.server().database(postgres_template) as url, opened(DatabaseProxy(url), url) as forge:
            yield forge

    return on


@pytest.fixture
def forge(forges: Forges, kind: str) -> Iterator[Forge]:
    with forges(kind) as opened:
        yield opened


@pytest.fixture(scope="module")
def calm(forges: Forges) -> Callable[[str], Stands]:
    """Give what tells what stands there when nobody is killed."""

    @cache
    def of(kind: str) -> Stands:
        with forges(kind) as forge:
            child, _ = declare_without_database(forge, "")
            forge.database.set("ok")
            os.kill(child, signal.SIGUSR1)
            assert forge.ended() == 0
            return stands(forge)

    return of


def stands(forge: Forge) -> Stands:
    """Give what stands there; what one person alone was answered is not sent again by whoever is started again."""
    found = standing(forge.house.sandbox, forge.url)
    return {name: found[name] for name in ("incidents", "entries", "channels", "homes")}


def declare_without_database(forge: Forge, point: str) -> tuple[int, bool]:
    """Declare and say things while the database is absent; give who listens, and whether another was killed meanwhile."""
    house, actor = forge.house, forge.house.actor
    forge.database.set("refuse")
    first = child = forge.start(point=point)
    assert house.sandbox.wait_for_socket(20)
    actor.slash("ann", "general", "/incident", "declare service=checkout impact=1 urgency=1 Payments fail")
    child = revived_until(forge, child, lambda: [c for c in house.channels("inc-unrecorded") if c.pins])
    channel = house.channels("inc-unrecorded")[0].id
    said = actor.post("ann", channel, "The gateway times out")
    child = revived_until(forge, child, lambda: house.sandbox.settle(0.2))
    actor.react("ann", channel, said, "pushpin")
    child = revived_until(forge, child, lambda: house.sandbox.settle(0.2))
    actor.slash("ann", channel, "/incident", "note Restarted by hand")
    child = revived_until(forge, child, lambda: house.sandbox.settle(0.2))
    return child, child != first


def end_it(forge: Forge, child: int) -> None:
    """End a Muster without a goodbye."""
    os.kill(child, signal.SIGKILL)
    assert forge.ended() == -signal.SIGKILL


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
    assert kinds["declared"] == kinds["channel_made"] == kinds["message_posted"] == kinds["message_pinned"] == 1
    said = house.ours(incs[0])
    assert sum("record is complete" in text for text in said) == 1
    assert sum("is on the record as" in text for text in said) == 1
    assert not any("Not recorded yet" in text for text in said)
    assert not list((house.folder / "spool").glob("*.jsonl"))[1:]


def test_every_point_that_is_reached_without_the_database_is_one_at_which_it_is_killed_here() -> None:
    assert set(ABSENT) == {point for point in (*WITHOUT, *DRAINING) if point.startswith("spool:")}
    assert set(ABSENT) < set(FAILPOINTS)


@on_both(WITHOUT)
def test_killed_there_without_the_database_and_started_again_it_ends_well(
    forge: Forge, calm: Callable[[str], Stands], kind: str, point: str
) -> None:
    child, killed = declare_without_database(forge, point)

    end_it(forge, child)
    forge.database.set("ok")
    forge.start(drains=True)

    assert killed
    assert forge.ended() == 0
    assert_complete(forge)
    assert difference(calm(kind), stands(forge)) == []


@on_both(DRAINING)
def test_killed_there_while_draining_and_started_again_it_ends_well(
    forge: Forge, calm: Callable[[str], Stands], kind: str, point: str
) -> None:
    end_it(forge, declare_without_database(forge, "")[0])

    forge.database.set("ok")
    forge.start(point=point, drains=True)
    died = forge.ended()
    forge.start(drains=True)

    assert died == -signal.SIGKILL
    assert forge.ended() == 0
    assert_complete(forge)
    assert difference(calm(kind), stands(forge)) == []
