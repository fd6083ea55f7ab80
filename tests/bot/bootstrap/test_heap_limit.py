"""Threads of a running Muster share two heaps of the C library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc's heaps")

# Twelve threads hold memory at the same time; glibc then lists its heaps in a file.
_THREADS = """
import ctypes, sys, threading
from bot.bootstrap.heap_limit import limit_heaps
print(limit_heaps())
together = threading.Barrier(12)
def hold():
    held = [bytes(5000) for _ in range(200)]
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(12)]
for one in threads: one.start()
for one in threads: one.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def heaps(folder: Path, **environment: str) -> tuple[str, int]:
    file = folder / "heaps.xml"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", _THREADS, str(file)]
    done = subprocess.run(command, env={**clean, **environment}, capture_output=True, check=True, text=True)
    return done.stdout.strip(), file.read_text("ascii").count("<heap nr=")


def test_twelve_threads_share_two_heaps(tmp_path: Path) -> None:
    assert heaps(tmp_path) == ("True", 2)


def test_a_number_of_heaps_in_the_environment_is_kept(tmp_path: Path) -> None:
    limited, count = heaps(tmp_path, MALLOC_ARENA_MAX="5")

    assert (limited, count) == ("False", 5)
