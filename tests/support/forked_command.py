"""A program `muster` for shell scripts that is a forked process in truth, and so starts in a tenth of the time."""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from tests.support.forked_process import ForkedProcess, run_module

# Passes on its arguments and its three files, and ends as the forked process ends. Isolated, so that it starts fast.
CALL = """#!{python} -ISB
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({door!r})
    socket.send_fds(door, [b"f"], [0, 1, 2])
    door.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    door.shutdown(socket.SHUT_WR)
    os._exit(int(door.recv(16) or b"1"))
"""


class ForkedCommand:
    """Serves the program for as long as the block lasts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / "door"))
        self._door.listen()
        program = folder / "muster"
        program.write_text(CALL.format(python=sys.executable, door=str(folder / "door")), encoding="utf-8")
        program.chmod(0o755)
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ForkedCommand:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):  # The door is closed.
            while True:
                caller, _ = self._door.accept()
                Thread(target=_answer, args=(caller,), daemon=True).start()


def _answer(caller: socket.socket) -> None:
    with caller:
        _, files, _, _ = socket.recv_fds(caller, 1, 3)
        with (
            Connection(files[0], writable=False) as stdin,
            Connection(files[1], readable=False) as out,
            Connection(files[2], readable=False) as err,
            caller.makefile("rb") as received,
        ):
            words, folder, environment = json.load(received)
            process = ForkedProcess(run_with, stdin, out, err, tuple(words), Path(folder), environment)
        status = process.wait()
        process.communicate()
        caller.sendall(str(status if status >= 0 else 128 - status).encode())


def run_with(
    stdin: Connection,
    out: Connection,
    err: Connection,
    words: tuple[str, ...],
    folder: Path,
    environment: dict[str, str],
) -> None:
    """Run the command with the caller's files; the target of a process."""
    for number, file in enumerate((stdin, out, err)):
        os.dup2(file.fileno(), number)
        file.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open
    run_module("bot.cli.main", words, folder, environment)
