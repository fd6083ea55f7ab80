"""A scenario for the failpoint runner: Muster without its database, then draining its spool.

`point` is the failpoint to be killed at; `drains` ends the scenario once the spool is empty.
"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.bootstrap.composition import compose
from bot.config.settings import Settings
from bot.rendering.message_catalog import sentence


def scenario(settings: dict[str, Any]) -> None:
    """Listen and do jobs, until the spool is drained if asked to, or until killed. SIGUSR1 asks to drain."""
    signal.signal(signal.SIGUSR1, lambda *_: settings.update(drains=True))

    def reached(name: str) -> None:
        if name == settings["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    given = {
        name: Path(value) if name.startswith("MUSTER") else value for name, value in settings["environment"].items()
    }
    running = compose(Settings(_env_file=None, **given), reached=reached)
    running.listen()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        running.degraded_mode.spool_drain.drain()
        if settings["drains"] and not running.degraded_mode.spool.count():
            while running.drain(datetime.now(UTC)):
                pass
            os._exit(0)
        time.sleep(0.02)
    os._exit(3)


def warm() -> None:
    """Compile the templates before the fork."""
    sentence("absent_here")
