"""The `muster` command, in this process or in one of its own, in an environment that holds only what a test gives it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.main import app
from tests.support.forked_process import ForkedProcess, run_module

ROOT = Path(__file__).parents[2]
POLICY = (ROOT / "policy.yaml").read_text(encoding="utf-8")
PATIENCE = 60


@dataclass(frozen=True)
class CommandResult:
    """The exit status and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err


def environment(**given: str) -> dict[str, str]:
    """Return an environment with the path of the source, and what is given."""
    return {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **given}


def started(folder: Path, *words: str, module: str = "bot.cli.main", **given: str) -> ForkedProcess:
    """Start the command in a folder, in a process that is forked, so that it starts at once."""
    return ForkedProcess(run_module, module, words, folder, environment(**given))


def spawned(folder: Path, *words: str, python: tuple[str, ...] = (), **given: str) -> subprocess.Popen[str]:
    """Start the command in a folder as people do, with a Python of its own."""
    return subprocess.Popen(
        [sys.executable, *python, "-m", "bot.cli.main", *words],
        cwd=folder,
        env=environment(**given),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def muster(folder: Path, *words: str, **given: str) -> CommandResult:
    """Run the command to its end in this process, which is quick; `in_process` spawns one, as people do."""
    with _restored_process_state(), contextlib.chdir(folder):
        os.environ.clear()
        os.environ.update(environment(**given))
        result = CliRunner().invoke(app, words, prog_name="muster", catch_exceptions=False)
    return CommandResult(result.exit_code, result.stdout, result.stderr)


@contextlib.contextmanager
def _restored_process_state() -> Iterator[None]:
    """Restore what `muster run` changes in its process: the environment, the signal handlers, the log."""
    variables, root = dict(os.environ), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(variables)
        for number, handler in signals.items():
            signal.signal(number, handler)
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)


def in_process(folder: Path, *words: str, python: tuple[str, ...] = (), **given: str) -> CommandResult:
    """Run the command to its end in a process that is spawned for it."""
    process = spawned(folder, *words, python=python, **given)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return CommandResult(process.returncode, out, err)
