"""A Muster without its database that may be killed at a named point. It forks one for each line it reads.

Run as a process: it is the only way to die without a goodbye.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.bootstrap.composition import compose
from bot.config.settings import Settings
from bot.rendering.message_catalog import sentence


def muster(told: dict[str, Any]) -> None:
    """Listen, look and work, until the spool is empty where that is wanted, or until killed from outside.

    A SIGUSR1 makes it wanted.
    """
    signal.signal(signal.SIGUSR1, lambda *_: told.update(drains=True))

    def reached(name: str) -> None:
        if name == told["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    given = {name: Path(value) if name.startswith("MUSTER") else value for name, value in told["settings"].items()}
    running = compose(Settings(_env_file=None, **given), reached=reached)
    running.listen()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        running.degraded_mode.draining.look()
        if told["drains"] and not running.degraded_mode.spool.count():
            while running.drain(datetime.now(UTC)):
                pass
            os._exit(0)
        time.sleep(0.02)
    os._exit(3)


def main() -> None:
    """Run one Muster for each line; say its process id first, and how it ended afterwards."""
    sentence("absent_here")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                muster(json.loads(line))
            finally:
                traceback.print_exc()
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{ended}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
