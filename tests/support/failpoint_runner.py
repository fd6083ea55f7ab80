"""Runs Muster in child processes that may be killed or stopped at a named failpoint.

In processes, since SIGKILL must leave no time for clean-up. A program, itself forked from what has imported Muster, forks one
child for each scenario that it reads, so that a Muster starts in milliseconds. It has no thread, so that a fork is whole.

Each message is one line of JSON. The first message of a child is its process id; the last, by the program, is how it ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import traceback
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from tests.support.forked_process import muster_forks

PATIENCE_S = 30.0
KILLED = -signal.SIGKILL
# Each module has `scenario(settings)`, which runs in the child, and `warm()`, which runs before the fork.
SCENARIOS = ("kill_declaration", "kill_offline", "kill_whole")


class FailpointRunner:
    """The test's side: starts scenarios, one at a time, and exchanges messages with them."""

    def __init__(self) -> None:
        self._start()

    def start(self, scenario: str, settings: dict[str, Any]) -> int:
        """Fork a child that runs the scenario; return its process id."""
        self.send({"scenario": scenario, "settings": settings})
        message = self.receive()
        assert message is not None, "the runner does not respond"
        return int(message["pid"])

    def send(self, message: Any) -> None:
        """Send a message to the program, or to the child while there is one."""
        os.write(self._to.fileno(), (json.dumps(message) + "\n").encode())

    def receive(self, seconds: float = PATIENCE_S) -> dict[str, Any] | None:
        """Return the next message, or None when none comes in that time."""
        ready, _, _ = select.select([self._replies], [], [], seconds)
        return json.loads(self._replies.readline()) if ready else None

    def ended(self, seconds: float = PATIENCE_S) -> int:
        """Wait for the child's end; return its exit code, negative for a signal."""
        message = self.receive(seconds)
        assert message is not None, "the child does not end"
        return int(message["ended"])

    def close(self) -> None:
        """End the program and its child, a stopped one too."""
        assert self._process.pid is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.join()
        self._to.close()
        self._replies.close()

    def restart(self) -> None:
        """Start afresh, so that a failed test leaves nothing to the next."""
        self.close()
        self._start()

    def _start(self) -> None:
        heard, self._to = muster_forks().Pipe(duplex=False)
        replies, say_to = muster_forks().Pipe(duplex=False)
        with heard, replies, say_to:
            # Unbuffered, since a line in a buffer would be invisible to select.
            self._replies = os.fdopen(os.dup(replies.fileno()), "rb", buffering=0)
            self._process = muster_forks().Process(target=main, args=(heard, say_to))
            self._process.start()
        assert self.receive() == {"ready": True}, "the runner does not start"


def say(message: dict[str, Any]) -> None:
    """Write a message to the test."""
    os.write(1, (json.dumps(message) + "\n").encode())


def main(heard: Connection, say_to: Connection) -> None:
    """Fork one child for each scenario that is read."""
    os.setsid()
    with heard, say_to:
        os.dup2(heard.fileno(), 0)
        os.dup2(say_to.fileno(), 1)
    modules = {name: import_module(f"tests.support.{name}") for name in SCENARIOS}
    for module in modules.values():
        module.warm()
    say({"ready": True})
    # multiprocessing has closed what was standard input.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open
    for line in sys.stdin:
        given = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(modules[given["scenario"]], given["settings"])
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


def _run(module: Any, settings: dict[str, Any]) -> None:
    try:
        say({"pid": os.getpid()})
        module.scenario(settings)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)
