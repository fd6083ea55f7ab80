"""`muster run` as a separate process, connected to a pretend workspace. Measures only its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_OWN_PREFIXES: Final = ("SLACK_", "MUSTER_", "DATABASE_")
_STOP_TIMEOUT_S: Final = 15.0
_TAIL_LINES: Final = 15


class MusterProcess:
    """One running Muster, in its own working directory, so that no `.env` is read."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_PREFIXES)}
        self._log = folder / "muster.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli.main", "run"],
                cwd=folder,
                env={**environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def is_running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def log_tail(self) -> str:
        """Return the end of the log."""
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-_TAIL_LINES:])

    def resident_mb(self) -> float:
        """Return the resident memory in megabytes."""
        status = Path(f"/proc/{self._process.pid}/status")
        if status.exists():
            lines = status.read_text("ascii", "replace").splitlines()
            kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        else:
            command = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
            kilobytes = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603
        return round(kilobytes / 1024, 1)

    def kill(self) -> None:
        """Kill the process, as a power failure would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Terminate the process; kill it after a timeout."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
