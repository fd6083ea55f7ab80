"""`muster run` as a process of its own, pointed at a pretend workspace: started, weighed, stopped. Measures nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_OURS: Final = ("SLACK_", "MUSTER_", "DATABASE_")
_ENDS_WITHIN_S: Final = 15.0
_LAST_LINES: Final = 15


class MusterProcess:
    """One running Muster. It works in a folder of its own, so that no `.env` of the house is read."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
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
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """Give the end of what it wrote, for whoever asks why it is not there."""
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:])

    def resident_mb(self) -> float:
        """Weigh it: the memory it holds, in megabytes."""
        status = Path(f"/proc/{self._process.pid}/status")
        if status.exists():
            lines = status.read_text("ascii", "replace").splitlines()
            kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        else:
            asked = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
            kilobytes = int(subprocess.run(asked, capture_output=True, check=True, text=True).stdout)  # noqa: S603
        return round(kilobytes / 1024, 1)

    def kill(self) -> None:
        """End it without a word, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it in good order; what does not end is killed."""
        self._process.terminate()
        try:
            self._process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
