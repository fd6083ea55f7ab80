"""Runs Muster in child processes that may be killed or stopped at a named failpoint.

Run as a process, since SIGKILL must leave no time for clean-up. The program imports everything once, then forks one child
for each scenario that it reads, so that a Muster starts in milliseconds. It has no thread, so that a fork is whole.

Each message is one line of JSON. The first message of a child is its process id; the last, by the program, is how it ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0
KILLED = -signal.SIGKILL
# Each module has `scenario(settings)`, which runs in the child, and `warm()`, which runs before the fork.
SCENARIOS = ("kill_declaration", "kill_offline", "kill_whole")


class FailpointRunner:
    """The test's side: starts scenarios, one at a time, and exchanges messages with them."""

    def __init__(self) -> None:
        self._process = self._started()

    def start(self, scenario: str, settings: dict[str, Any]) -> int:
        """Fork a child that runs the scenario; return its process id."""
        self.send({"scenario": scenario, "settings": settings})
        message = self.receive()
        assert message is not None, "the runner does not respond"
        return int(message["pid"])

    def send(self, message: Any) -> None:
        """Send a message to the program, or to the child while there is one."""
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps(message) + "\n").encode())
        self._process.stdin.flush()

    def receive(self, seconds: float = PATIENCE_S) -> dict[str, Any] | None:
        """Return the next message, or None when none comes in that time."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return json.loads(self._process.stdout.readline()) if ready else None

    def ended(self, seconds: float = PATIENCE_S) -> int:
        """Wait for the child's end; return its exit code, negative for a signal."""
        message = self.receive(seconds)
        assert message is not None, "the child does not end"
        return int(message["ended"])

    def close(self) -> None:
        """End the program and its child, a stopped one too."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def restart(self) -> None:
        """Start afresh, so that a failed test leaves nothing to the next."""
        self.close()
        self._process = self._started()

    @staticmethod
    def _started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.failpoint_runner"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )


def say(message: dict[str, Any]) -> None:
    """Write a message to the test."""
    os.write(1, (json.dumps(message) + "\n").encode())


def main() -> None:
    """Fork one child for each scenario that is read."""
    modules = {name: import_module(f"tests.support.{name}") for name in SCENARIOS}
    for module in modules.values():
        module.warm()
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


if __name__ == "__main__":
    main()
