"""One Muster freezes with a job in its hands; another takes the job over and does it; then the first wakes up and goes on."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bot.sweep.play import LEASE, PATIENCE, Breeder, Play
from tests.bot.sweep.standing import standing


def stands_after_a_freeze(
    breeders: tuple[Breeder, Breeder], folder: Path, url: str, point: str, *, without: str = ""
) -> dict[str, Any]:
    """Give what stands there after all of that; with no point nobody freezes, and the second has nothing to take over."""
    folder.mkdir(parents=True)
    first, _ = breeders
    with Play(first, folder, url, at=[], without=without) as play:
        pid = int(play.bear(first, freezes=point)["born"])
        freeze_and_take_over(play, pid, breeders, point)
        stands = standing(play.sandbox, url)
    # What somebody owes, and by when, is drawn in their Home tab, and time has passed for those who froze.
    return {name: stands[name] for name in ("incidents", "entries", "channels")}


def freeze_and_take_over(play: Play, pid: int, breeders: tuple[Breeder, Breeder], point: str) -> None:
    first, second = breeders
    assert play.sandbox.wait_for_socket()
    declare(play)
    first.say("drain")
    if point:
        await_stop(pid)
        play.clock.set(play.clock.now() + LEASE)
    assert "born" in play.bear(second)
    drain(play, second)
    os.kill(pid, signal.SIGCONT)
    assert first.hear() is not None
    for _ in range(3):
        play.clock.set(play.clock.now() + LEASE)
        assert play.sandbox.settle(PATIENCE)
        assert play.sandbox.redeliver()
        drain(play, first)
        drain(play, second)
    for one in breeders:
        one.say("stop")
        assert one.hear() == {"ended": 0}


def declare(play: Play) -> None:
    view = play.sandbox.actor.slash("ilse", "general", "/incident", "declare").view(PATIENCE).id
    values = {"title": "Payments fail", "service": "checkout", "impact": "1", "urgency": "1"}
    assert play.sandbox.actor.submit("ilse", view, values).acked


def drain(play: Play, breeder: Breeder) -> None:
    """Let a Muster do what is due until nothing is. What a frozen one has locked the database gives free after a while."""
    idle = time.monotonic()
    while True:
        breeder.say("drain")
        said = breeder.hear() or {}
        if said["done"]:
            idle = time.monotonic()
        elif not said["next"] or datetime.fromisoformat(said["next"]) > play.clock.now():
            return
        else:
            assert time.monotonic() < idle + PATIENCE, "something is due and nobody does it"
            time.sleep(0.01)


def await_stop(pid: int) -> None:
    """Wait until a process has stopped dead."""
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline, "it never came to the point"
        time.sleep(0.01)
