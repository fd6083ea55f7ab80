"""The folder of a demo: `muster-demo`, or `muster-demo-2`, … while other demos run.

A lock in the folder says that its demo runs; the system releases it when the process ends. A folder whose lock is free is
emptied, never one that is in use.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

NAME: Final = "muster-demo"
LOCK: Final = ".running"


@contextmanager
def demo_folder(parent: Path) -> Iterator[Path]:
    """Take the first folder in `parent` that no demo uses, and empty it. It is locked while the block lasts."""
    for number in count(1):
        folder = (parent / (NAME if number == 1 else f"{NAME}-{number}")).resolve()
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if _is_taken(lock):
                continue
            _empty(folder)
            yield folder
            return
        finally:
            os.close(lock)


def _is_taken(lock: int) -> bool:
    """Take the lock, or return True if another demo holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _empty(folder: Path) -> None:
    for one in folder.iterdir():
        if one.name == LOCK:
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()
