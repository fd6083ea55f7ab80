"""A forked process is to a test what a spawned one is, and has imported Muster before it starts."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from pathlib import Path

import pytest

from tests.support.forked_process import ForkedProcess
from tests.support.imported_muster import MODULES
from tests.support.muster_command import in_process, started


def print_missing() -> None:
    sys.stdout.write(f"{[name for name in MODULES if name not in sys.modules]}\n")
    sys.stderr.write("warned\n")


def sleep() -> None:
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    time.sleep(60)


def test_it_starts_with_muster_imported_and_its_output_is_kept_apart() -> None:
    assert ForkedProcess(print_missing).communicate(30) == ("[]\n", "warned\n")


@pytest.mark.parametrize("words", [("keygen",), ("verify",), ("run",)], ids=["0", "1", "2"])
def test_a_command_says_and_returns_what_it_does_in_a_spawned_process(words: tuple[str, ...], tmp_path: Path) -> None:
    spawned_in, forked_in = tmp_path / "spawned", tmp_path / "forked"
    spawned_in.mkdir()
    forked_in.mkdir()

    spawned, forked = in_process(spawned_in, *words), started(forked_in, *words)
    out, err = forked.communicate(60)

    assert (forked.returncode, err) == (spawned.code, spawned.err)
    assert out.split(":")[0] == spawned.out.split(":")[0]
    assert os.listdir(forked_in) == os.listdir(spawned_in)


def test_a_signal_ends_it_and_is_its_status() -> None:
    process = ForkedProcess(sleep)
    assert int(process.stdout.readline()) == process.pid
    assert process.poll() is None

    process.kill()

    assert process.wait(30) == -signal.SIGKILL
    assert process.communicate() == ("", "")


def test_a_warning_is_an_error_there(tmp_path: Path) -> None:
    (tmp_path / "warns_on_import.py").write_text("import warnings\nwarnings.warn('old')\n")

    process = ForkedProcess(run_warning, str(tmp_path))

    assert "UserWarning: old" in process.communicate(30)[1]
    assert process.returncode == 1


def run_warning(folder: str) -> None:
    from tests.support.forked_process import run_module

    sys.path.insert(0, folder)
    warnings.resetwarnings()
    run_module("warns_on_import", (), Path(folder), {"PYTHONWARNINGS": "error"})
