"""The `muster` command, here or in a process of its own, in an environment empty but for what a test gives it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.main import app

ROOT = Path(__file__).parents[3]
POLICY = (ROOT / "policy.yaml").read_text(encoding="utf-8")
PATIENCE = 60


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err


def environment(**given: str) -> dict[str, str]:
    """Give an environment that holds the source, and what is given."""
    return {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **given}


def started(folder: Path, *words: str, python: tuple[str, ...] = (), **given: str) -> subprocess.Popen[str]:
    """Start the command in a folder."""
    return subprocess.Popen(
        [sys.executable, *python, "-m", "bot.cli.main", *words],
        cwd=folder,
        env=environment(**given),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def muster(folder: Path, *words: str, **given: str) -> Said:
    """Run the command in a folder to its end, here, which is quick; `in_process` does it as people do."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment(**given))
    try:
        with contextlib.chdir(folder):
            result = CliRunner().invoke(app, words, prog_name="muster", catch_exceptions=False)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Said(result.exit_code, result.stdout, result.stderr)


def in_process(folder: Path, *words: str, python: tuple[str, ...] = (), **given: str) -> Said:
    """Run the command in a folder to its end, in a process of its own."""
    process = started(folder, *words, python=python, **given)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return Said(process.returncode, out, err)
