"""One Muster is stopped while it holds a job; another takes the job over and does it; then the first continues."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.database.engine import IDLE_IN_TRANSACTION_S
from tests.support.crash_play import LEASE, Play
from tests.support.failpoint_runner import PATIENCE_S, FailpointRunner
from tests.support.observed_state import observed_state

# A stopped process may hold a lock until its transaction has been idle for too long; its threads that wait for the lock
# give up before that.
LOCKED_S = PATIENCE_S + IDLE_IN_TRANSACTION_S


def state_after_a_stop(
    runners: tuple[FailpointRunner, FailpointRunner], folder: Path, url: str, point: str, *, without: str = ""
) -> dict[str, Any]:
    """Return the state at the end; with no failpoint the first is not stopped, and the second has nothing to take over."""
    folder.mkdir(parents=True)
    first, _ = runners
    with Play(first, folder, url, at=[], without=without) as play:
        pid = play.start_on(first, stop_at=point)
        assert first.receive() == {"listens": True}
        stop_and_take_over(play, pid, runners, point)
        state = observed_state(play.sandbox, url)
    # Home tabs show due times, and time has passed in the play with a stop.
    return {name: state[name] for name in ("incidents", "entries", "channels")}


def stop_and_take_over(play: Play, pid: int, runners: tuple[FailpointRunner, FailpointRunner], point: str) -> None:
    first, second = runners
    assert play.sandbox.wait_for_socket()
    declare(play)
    first.send("drain")
    if point:
        await_stop(pid)
        play.clock.set(play.clock.now() + LEASE)
    play.start_on(second)
    assert second.receive() == {"listens": True}
    drain(play, second)
    os.kill(pid, signal.SIGCONT)
    assert first.receive() is not None
    for _ in range(3):
        play.clock.set(play.clock.now() + LEASE)
        assert play.sandbox.settle(PATIENCE_S)
        assert play.sandbox.redeliver()
        drain(play, first)
        drain(play, second)
    for one in runners:
        one.send("stop")
        assert one.ended() == 0


def declare(play: Play) -> None:
    view = play.sandbox.actor.slash("ilse", "general", "/incident", "declare").view(PATIENCE_S).id
    values = {"title": "Payments fail", "service": "checkout", "impact": "1", "urgency": "1"}
    assert play.sandbox.actor.submit("ilse", view, values).acked


def drain(play: Play, runner: FailpointRunner) -> None:
    """Do jobs until none is due. The database frees after a while what the stopped Muster has locked."""
    idle = time.monotonic()
    while True:
        runner.send("drain")
        message = runner.receive(LOCKED_S)
        assert message is not None, "Muster does not respond"
        assert "done" in message, message
        if message["done"]:
            idle = time.monotonic()
        elif not message["next"] or datetime.fromisoformat(message["next"]) > play.clock.now():
            return
        else:
            assert time.monotonic() < idle + LOCKED_S, "a job is due and is not done"
            time.sleep(0.01)


def await_stop(pid: int) -> None:
    """Wait until a process is stopped."""
    deadline = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline, "it never reached the failpoint"
        time.sleep(0.01)
