"""Processes that are forked from one that has imported Muster, so that each starts in a tenth of the time.

What a test sees of it is what it sees of `subprocess.Popen`: the process id, the output, the exit status, and signals.
The few tests of the start itself use `subprocess`.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any


class ForkedProcess:
    """One process; `stdout` is what it prints, as text. Messages on stderr are read once it has ended."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        out, child_out = muster_forks().Pipe(duplex=False)
        self._stderr = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed when it was read
        self.stdout = os.fdopen(os.dup(out.fileno()), encoding="utf-8")
        with out, child_out, Connection(os.dup(self._stderr.fileno()), readable=False) as child_err:
            self._process = muster_forks().Process(target=_attached, args=(child_out, child_err, target, *arguments))
            self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status, negative for a signal, None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end, and return what it printed and what it wrote to stderr."""
        self.wait(timeout)
        if self.stdout.closed:
            return "", ""
        with self.stdout, self._stderr:
            self._stderr.seek(0)
            return self.stdout.read(), self._stderr.read()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def run_module(module: str, words: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
    """Do what `python -m module words` does in a folder; the target of a process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if environment.get("PYTHONWARNINGS") == "error":
        warnings.simplefilter("error")
    sys.argv = [module, *words]
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def run_logged(log: Path, module: str, words: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
    """Do the same with all that it writes in a file, behind what is there."""
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    run_module(module, words, folder, environment)


def _attached(out: Connection, err: Connection, target: Callable[..., None], *arguments: Any) -> None:
    """Run the target with these as standard output and error."""
    with out, err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
    target(*arguments)


@cache
def muster_forks() -> ForkServerContext:
    """Return what forks processes from the one that has imported Muster."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.imported_muster"])
    return context
